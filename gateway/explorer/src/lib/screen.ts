// What a page makes of the declaration of a screen. Measures come from several
// datasets and one selection serves all screens, so each question takes along
// only the filters that its dataset has.
import type { Catalog, Screen } from './api'
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
export function facetQuestions(catalog: Catalog, fields: string[], filters: Filters, preferred: string): { fields: string[]; dataset: string; filters: Filters }[] {
  const of = (field: string) => {
    const datasets = catalog.filters.find((f) => f.id === field)?.datasets ?? []
    return datasets.includes(preferred) ? preferred : (datasets[0] ?? '')
  }
  const most = catalog.limits.facetFields
  return [...groups(fields, of)].flatMap(([dataset, all]) =>
    Array.from({ length: Math.ceil(all.length / most) }, (_, i) => ({
      fields: all.slice(i * most, (i + 1) * most),
      dataset,
      filters: fitting(catalog, filters, [dataset]).filters,
    })),
  )
}

/** The one date that is filtered, on which a period can be compared with another. */
export function datedBy(catalog: Catalog, filters: Filters): string | undefined {
  const dates = Object.keys(filters).filter((field) => catalog.filters.some((f) => f.id === field && f.type === 'date'))
  return dates.length === 1 ? dates[0] : undefined
}

/** Where a classifier has been drilled to: its coarser levels that hold one member each, and the level below them. */
export function drilled(levels: string[], filters: Filters): { path: { level: string; id: string }[]; level: string } {
  const path: { level: string; id: string }[] = []
  for (const level of levels.slice(0, -1)) {
    const values = filters[level]
    const value = values?.length === 1 ? values[0]! : undefined
    if (!value || value.startsWith('!')) break
    path.push({ level, id: unescape(value) })
  }
  return { path, level: levels[path.length]! }
}

/** Fields that have named members: dates and ranges are read from the address itself. */
export const named = (catalog: Catalog, filters: Filters) =>
  Object.keys(filters).filter((field) => catalog.filters.some((f) => f.id === field && f.type !== 'date') && !filters[field]!.some((v) => unescape(v) === v && v.includes('..')))

/** The bounds of the address, 10..500, in both parts; empty where open. */
export function bounds(text: string | undefined): [string, string] {
  const [, from = '', to = ''] = /^(\d*)\.\.(\d*)$/.exec(text ?? '') ?? []
  return [from, to]
}
