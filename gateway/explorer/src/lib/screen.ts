// What a page makes of the declaration of a screen. Measures come from several
// datasets and one selection serves all screens, so each question takes along
// only the filters that its dataset has.
import type { Catalog, Chart, Screen } from './api'
import { unescape, type Filters } from './selection'

/** The first screen of the catalogue has a name of its own in the address. */
export const home = 'main'

export const address = (screens: Screen[], screen: Screen) => (screen === screens[0] ? home : screen.id)

export const find = (screens: Screen[], name: string) => (name === home ? screens[0] : screens.find((s) => s.id === name))

/** The selection for going from one screen to another: what a screen began with stays behind, what the other begins with comes. */
export function onward(filters: Filters, from: Screen | undefined, to: Screen): Filters {
  const kept = Object.entries(filters).filter(([field, values]) => from?.selection?.[field]?.join() !== values.join())
  return { ...to.selection, ...Object.fromEntries(kept) }
}

export const datasetOf = (catalog: Catalog, measure: string) => catalog.measures.find((m) => m.id === measure)?.dataset ?? ''

/** The filters that can act on all of the datasets, and the fields of the rest. */
export function fitting(catalog: Catalog, filters: Filters, datasets: string[]): { filters: Filters; unused: string[] } {
  const fits = (field: string) => {
    const has = catalog.filters.find((f) => f.id === field)?.datasets ?? []
    return datasets.every((d) => has.includes(d))
  }
  const fields = Object.keys(filters)
  return { filters: Object.fromEntries(fields.filter(fits).map((f) => [f, filters[f]!])), unused: fields.filter((f) => !fits(f)) }
}

/** Parts such that the members of each have the same key, in the order in which keys come. */
function groups<T>(items: T[], key: (item: T) => string): Map<string, T[]> {
  const out = new Map<string, T[]>()
  for (const item of items) out.set(key(item), [...(out.get(key(item)) ?? []), item])
  return out
}

/** Questions that give all the measures: one for each dataset. */
export function byDataset(catalog: Catalog, measures: string[], filters: Filters) {
  return [...groups(measures, (m) => datasetOf(catalog, m))].map(([dataset, of]) => ({ measures: of, ...fitting(catalog, filters, [dataset]) }))
}

/** Questions that give all the facets, counted in the preferred dataset where it has the field. */
export function facetQuestions(catalog: Catalog, fields: string[], filters: Filters, preferred: string): { fields: string[]; filters: Filters }[] {
  const of = (field: string) => {
    const datasets = catalog.filters.find((f) => f.id === field)?.datasets ?? []
    return datasets.includes(preferred) ? preferred : (datasets[0] ?? '')
  }
  const most = catalog.limits.facetFields
  return [...groups(fields, of)].flatMap(([dataset, all]) =>
    Array.from({ length: Math.ceil(all.length / most) }, (_, i) => ({
      fields: all.slice(i * most, (i + 1) * most),
      filters: fitting(catalog, filters, [dataset]).filters,
    })),
  )
}

/** Fields that have named members: dates and ranges are read from the address itself. */
export const named = (catalog: Catalog, filters: Filters) =>
  Object.keys(filters).filter((field) => catalog.filters.some((f) => f.id === field && f.type !== 'date') && !filters[field]!.some((v) => unescape(v) === v && v.includes('..')))

/** The charts to draw. A map says what the ranking of its members says: it is drawn as one, and not twice. */
export function charts(screen: Screen): Chart[] {
  const ranked = (map: Chart) => screen.charts.some((c) => c !== map && c.kind === 'bars' && c.dimension === map.dimension && c.measures?.join() === map.measures?.join())
  return screen.charts.filter((c) => c.kind !== 'map' || !ranked(c))
}

/** The bounds of the address, 10..500, in both parts; empty where open. */
export function bounds(text: string | undefined): [string, string] {
  const [, from = '', to = ''] = /^(\d*)\.\.(\d*)$/.exec(text ?? '') ?? []
  return [from, to]
}
