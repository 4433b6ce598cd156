// Periods as the API names them: 2026, 2026-Q3, 2026-07, 2026-W30, 2026-07-24.

/** The week of ISO 8601 that a day belongs to: that of its Thursday. */
function week(day: Date): string {
  const thursday = new Date(day.getTime() + (3 - ((day.getUTCDay() + 6) % 7)) * 86_400_000)
  const year = thursday.getUTCFullYear()
  const n = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * 86_400_000))
  return `${year}-W${String(n).padStart(2, '0')}`
}

/** Whether the day 2026-07-24 lies in the period. */
export function covers(id: string, day: string): boolean {
  const [, year, quarter] = /^(\d{4})-Q([1-4])$/.exec(id) ?? []
  if (year) return day.startsWith(year) && Math.ceil(Number(day.slice(5, 7)) / 3) === Number(quarter)
  return id.includes('W') ? week(new Date(day + 'T00:00:00Z')) === id : day.startsWith(id)
}

/** The period after one, or undefined where the text is no period. */
export function next(id: string): string | undefined {
  const [, year, quarter] = /^(\d{4})-Q([1-4])$/.exec(id) ?? []
  if (year && quarter) return quarter === '4' ? `${Number(year) + 1}-Q1` : `${year}-Q${Number(quarter) + 1}`
  const [, of, n] = /^(\d{4})-W(\d{2})$/.exec(id) ?? []
  // The fourth of January is in the first week of its year.
  if (of && n) return week(new Date(Date.UTC(Number(of), 0, 4 + 7 * Number(n))))
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

/** First and last day of a period, or undefined where the text is no period. */
export function days(id: string): [string, string] | undefined {
  const after = next(id)
  if (after === undefined) return undefined
  const first = (of: string): Date => {
    const [, year, quarter] = /^(\d{4})-Q([1-4])$/.exec(of) ?? []
    if (year && quarter) return new Date(Date.UTC(Number(year), 3 * (Number(quarter) - 1), 1))
    const [, at, n] = /^(\d{4})-W(\d{2})$/.exec(of) ?? []
    if (at && n) {
      const fourth = new Date(Date.UTC(Number(at), 0, 4))
      return new Date(fourth.getTime() + (7 * (Number(n) - 1) - ((fourth.getUTCDay() + 6) % 7)) * 86_400_000)
    }
    const [y, m = 1, d = 1] = of.split('-').map(Number)
    return new Date(Date.UTC(y!, m - 1, d))
  }
  const text = (day: Date) => day.toISOString().slice(0, 10)
  return [text(first(id)), text(new Date(first(after).getTime() - 86_400_000))]
}
