// Periods as the API names them: 2026, 2026-Q3, 2026-07, 2026-07-24.

/** The period after one, or undefined where the text is no period. */
export function next(id: string): string | undefined {
  const [, year, quarter] = /^(\d{4})-Q([1-4])$/.exec(id) ?? []
  if (year && quarter) return quarter === '4' ? `${Number(year) + 1}-Q1` : `${year}-Q${Number(quarter) + 1}`
  if (/^\d{4}$/.test(id)) return String(Number(id) + 1)
  const [, y, m, d] = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(id) ?? []
  if (!y || !m) return undefined
  const date = d ? new Date(Date.UTC(Number(y), Number(m) - 1, Number(d) + 1)) : new Date(Date.UTC(Number(y), Number(m), 1))
  return date.toISOString().slice(0, d ? 10 : 7)
}

/**
 * The same periods with the missing ones between them, so that a time axis is
 * even; as they were when that would be more than `most`. What is no period
 * (the blank member) stays at the end.
 */
export function filled(ids: string[], most: number): string[] {
  const periods = ids.filter((id) => next(id) !== undefined).sort()
  const rest = ids.filter((id) => next(id) === undefined)
  const last = periods.at(-1)
  if (!periods[0] || !last) return ids
  const out: string[] = []
  for (let id: string | undefined = periods[0]; id !== undefined && id <= last; id = next(id)) {
    if (out.length === most) return [...periods, ...rest]
    out.push(id)
  }
  return [...out, ...rest]
}
