// The selection and its text in the address. The grammar of filters is the
// API's (proto/analysis, Filters): several values of a field are alternatives,
// a..b is a range, ~ is the blank member, ! excludes, \ takes the rest as is.

export type Filters = Record<string, string[]>

export interface View {
  lang: 'kk' | 'ru' | 'en'
  /** The rest of the path as the address has it: main, T4, buyers/KZ-BIN-900040000007. */
  screen: string
  filters: Filters
  /** Choices of the screen itself: indicator, date grain, ... */
  options: Record<string, string>
  /** Fields whose values stay as they are until they are unlocked. */
  locks?: string[]
}

export const languages = ['kk', 'ru', 'en'] as const

/** Pairs filter.<field>=<value>, in a fixed order, so that equal selections have equal addresses. */
export function toParams(filters: Filters): [string, string][] {
  return Object.keys(filters)
    .sort()
    .flatMap((field) => filters[field]!.map((value): [string, string] => ['filter.' + field, value]))
}

/** Reads an address; what it does not understand is left out, never an error. */
export function parse(path: string, query: string, fallback: View): View {
  const parts = path.split('/').filter(Boolean)
  const lang = languages.find((l) => l === parts[0])
  const filters: Filters = {}
  const options: Record<string, string> = {}
  let locks: string[] = []
  for (const [key, value] of new URLSearchParams(query)) {
    if (key.startsWith('filter.')) {
      if (key.length === 7) continue
      const values = (filters[key.slice(7)] ??= [])
      if (!values.includes(value)) values.push(value)
    } else if (key === 'lock') {
      locks = value.split(',')
    } else if (key) {
      options[key] = value
    }
  }
  // What is not selected can't be held.
  locks = [...new Set(locks)].filter((field) => filters[field]).sort()
  return { lang: lang ?? fallback.lang, screen: parts.slice(lang ? 1 : 0).join('/') || fallback.screen, filters, options, ...(locks.length ? { locks } : {}) }
}

/** The address of a view. */
export function format(view: View): string {
  const p = new URLSearchParams()
  for (const key of Object.keys(view.options).sort()) p.set(key, view.options[key]!)
  for (const [k, v] of toParams(view.filters)) p.append(k, v)
  const locks = (view.locks ?? []).filter((field) => view.filters[field])
  if (locks.length) p.set('lock', [...locks].sort().join(','))
  const text = p.toString()
  return `/${view.lang}/${view.screen}` + (text ? '?' + text : '')
}

/** Literal text of a member as a filter value. */
export function escape(id: string): string {
  return id === '~' ? id : /^[!~\\]|\.\./.test(id) ? '\\' + id : id
}

/** The member that a filter value stands for. */
export function unescape(value: string): string {
  return value.startsWith('\\') ? value.slice(1) : value
}

export function has(filters: Filters, field: string, id: string): boolean {
  return filters[field]?.includes(escape(id)) ?? false
}

/** With the member added if it was not selected, else without it; one that was left out is let in again. */
export function toggle(filters: Filters, field: string, id: string): Filters {
  const value = escape(id)
  const values = filters[field] ?? []
  const kept = values.filter((v) => v !== value && v !== '!' + value)
  return set(filters, field, kept.length < values.length ? kept : [...values, value])
}

/** With only this member, or without any where it was the only one. */
export function only(filters: Filters, field: string, id: string): Filters {
  return set(filters, field, filters[field]?.length === 1 && has(filters, field, id) ? [] : [escape(id)])
}

/** With the members added to those that are selected. */
export function extend(filters: Filters, field: string, ids: string[]): Filters {
  return set(filters, field, [...new Set([...(filters[field] ?? []), ...ids.map(escape)])])
}

/** What was selected is left out, and what was left out is selected. */
export function invert(filters: Filters, field: string): Filters {
  return set(filters, field, (filters[field] ?? []).map((v) => (v.startsWith('!') ? v.slice(1) : '!' + v)))
}

/** The selection `next`, with the locked fields as they are in `filters`. */
export function held(filters: Filters, next: Filters, locks: readonly string[] = []): Filters {
  return locks.reduce((out, field) => set(out, field, filters[field] ?? []), next)
}

export function same(a: Filters, b: Filters): boolean {
  return JSON.stringify(toParams(a)) === JSON.stringify(toParams(b))
}

/** With exactly these values; none removes the field. */
export function set(filters: Filters, field: string, values: string[]): Filters {
  const { [field]: _, ...rest } = filters
  return values.length ? { ...rest, [field]: values } : rest
}

/** Both ends of the range a..b of a field, empty where open. */
export function range(filters: Filters, field: string): [string, string] {
  const value = filters[field]?.find((v) => !v.startsWith('\\') && v.includes('..'))
  if (!value) return ['', '']
  const [from = '', to = ''] = value.split('..')
  return [from, to]
}

export function setRange(filters: Filters, field: string, from: string, to: string): Filters {
  return set(filters, field, from || to ? [`${from}..${to}`] : [])
}
