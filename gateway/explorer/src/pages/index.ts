// The pages that are not dashboards, by the first part of their address. Each
// comes when it is asked for.
import type { Component } from 'svelte'
import type { Lang } from '../lib/api'

export interface Page {
  id: string
  /** In the menu, in each language; pages about one thing are in no menu. */
  title?: Record<Lang, string>
  load: () => Promise<{ default: Component }>
}

export const pages: Page[] = [
  { id: 'methodology', title: { kk: 'Әдістеме', ru: 'Методика', en: 'Methodology' }, load: () => import('./Methodology.svelte') },
  { id: 'quality', title: { kk: 'Сапа', ru: 'Качество', en: 'Quality' }, load: () => import('./Quality.svelte') },
  { id: 'data', title: { kk: 'Деректер', ru: 'Данные', en: 'Data' }, load: () => import('./Data.svelte') },
  { id: 'rows', load: () => import('./Rows.svelte') },
  { id: 'source', load: () => import('./Source.svelte') },
]

/** The page of an address, and what follows in it: methodology/measures/lots gives ["measures", "lots"]. */
export function pageOf(screen: string): { page: Page | undefined; rest: string[] } {
  const [first = '', ...rest] = screen.split('/')
  return { page: pages.find((p) => p.id === first), rest: rest.map(decoded) }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
