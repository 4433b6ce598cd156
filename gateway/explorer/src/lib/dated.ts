// Of what period figures are, in words: the dates that their filters hold.
import { filterText, periodText, text } from '../text'
import type { Catalog, Lang } from './api'
import type { Filters } from './selection'

export function periodOf(catalog: Catalog, filters: Filters, lang: Lang): string {
  const dates = Object.entries(filters).flatMap(([field, values]) => {
    const of = catalog.filters.find((f) => f.id === field && f.type === 'date')
    return of ? [`${of.name}: ${values.map((v) => filterText(v, lang, (id) => periodText(id, lang))).join(', ')}`] : []
  })
  return dates.join('; ') || text(lang, 'period.all')
}
