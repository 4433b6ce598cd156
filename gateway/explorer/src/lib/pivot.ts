// A pivot asks for every level of its totals and adds nothing up itself: a
// distinct count of a group is not the sum of its parts.
import type { Answer, Catalog, Member, Value } from './api'

export interface Part {
  /** Dimensions of the question: the first rows, then all columns or none. */
  rows: string[]
  columns: string[]
}

/** The questions of a pivot: each level of rows, with and without the columns. */
export function parts(rows: string[], columns: string[]): Part[] {
  const levels = Array.from({ length: rows.length + 1 }, (_, n) => rows.slice(0, n))
  return levels.flatMap((level) => [{ rows: level, columns: [] }, ...(columns.length ? [{ rows: level, columns }] : [])])
}

/** The order of a question: what was chosen, else time runs on and the greatest comes first. */
export function order(catalog: Catalog, dimensions: string[], measures: string[], sort: string): string {
  if (sort) {
    const id = sort.replace(/^-/, '')
    if (measures.includes(id) || dimensions.includes(id)) return sort
  }
  const last = dimensions.at(-1)
  if (last && catalog.dimensions.find((d) => d.id === last)?.type === 'date') return last
  return '-' + measures[0]
}

const key = (ids: string[]) => JSON.stringify(ids)

export interface Line {
  /** Members of the row dimensions down to this level. */
  members: Member[]
  level: number
  /** A line of the last level; others are subtotals. */
  leaf: boolean
}

export interface Pivot {
  lines: Line[]
  columns: Member[][]
  /** The value of a measure where a line and a column meet; no column is the total of the line. */
  value(line: Member[], column: Member[], measure: string): Value
  /** Rows and columns beyond the limits. */
  more: { rows: number; columns: number }
}

export function pivot(rows: string[], columns: string[], answers: { part: Part; answer: Answer }[]): Pivot {
  const cells = new Map<string, Answer['rows'][number] | Answer['totals']>()
  const children = new Map<string, Member[]>()
  const heads: Member[][] = []
  let moreRows = 0
  let moreColumns = 0
  for (const { part, answer } of answers) {
    const dimensions = [...part.rows, ...part.columns]
    if (!dimensions.length) cells.set(key([]), answer.totals)
    else if (!part.rows.length) moreColumns = Number(answer.other?.groups ?? 0)
    else if (!part.columns.length && part.rows.length === rows.length) moreRows = Number(answer.other?.groups ?? 0)
    if (!dimensions.length) continue
    for (const row of answer.rows) {
      const members = dimensions.map((d) => row[d] as Member)
      cells.set(key(members.map((m) => m.id).concat(part.columns.length ? ['', String(part.rows.length)] : [])), row)
      if (!part.rows.length) heads.push(members)
      else if (!part.columns.length) {
        const parent = key(members.slice(0, -1).map((m) => m.id))
        children.set(parent, [...(children.get(parent) ?? []), members.at(-1)!])
      }
    }
  }
  const lines: Line[] = []
  const walk = (members: Member[]) => {
    for (const m of children.get(key(members.map((x) => x.id))) ?? []) {
      const line = [...members, m]
      const leaf = line.length === rows.length
      lines.push({ members: line, level: line.length, leaf })
      if (!leaf) walk(line)
    }
  }
  walk([])
  return {
    lines,
    columns: columns.length ? heads : [],
    more: { rows: moreRows, columns: moreColumns },
    value(line, column, measure) {
      const ids = [...line, ...column].map((m) => m.id)
      const row = cells.get(key(column.length ? ids.concat(['', String(line.length)]) : ids))
      return (row?.[measure] as Value | undefined) ?? null
    },
  }
}
