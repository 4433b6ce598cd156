// A screen is a declaration over the catalogue: which measures stand in tiles,
// which charts break which measure down by what, which filters are offered.
import type { Key } from '../text'

export interface Chart {
  id: string
  title: Key
  /** Dimension; `grain` stands for the date grain that the reader chose. */
  dimension: string
  shape: 'bars' | 'columns'
  /** Groups shown before the rest becomes "other". */
  limit: number
  /** Width in twelfths of the page. */
  width: 4 | 5 | 6 | 7 | 8 | 12
}

export interface Screen {
  id: string
  title: Key
  help: Key
  tiles: string[]
  /** Measures that the indicator switch offers; the first is the default. */
  indicators: string[]
  /** Date dimensions that the grain switch offers, and the default. */
  grains: { id: string; title: Key }[]
  grain: string
  charts: Chart[]
  /** Fields of the facets, in order, and the date field of the period. */
  facets: string[]
  period: string
}
