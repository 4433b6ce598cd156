// What every page may use of the frame that it stands in.
import { createContext } from 'svelte'
import type { Catalog } from './api'

export interface Frame {
  /** In the language of the view; undefined until it has come. */
  readonly catalog: Catalog | undefined
  /** Opens the panel that says how the measures are counted. */
  explain(measures: string[]): void
}

export const [frame, provideFrame] = createContext<Frame>()
