// The marks of a block, made of the answer to its question.
import type { Answer, Catalog, Chart, Column, Member, Row, Value } from './api'
import { steps, type Mark } from './mark'
import { covers, days, filled } from './period'
import { has, range, set, type Filters } from './selection'

export type Shape = 'bars' | 'columns' | 'line' | 'map' | 'treemap'

/** A mark with the row of the answer that it stands for. */
export type Shown = Mark & { row: Row | undefined }

/** What a block was asked, kept with its answer: a switch that changes does not rename marks that still show the old measure. */
export interface Asked {
  dimension: string
  shape: Shape
  measures: string[]
  colour?: string
  limit: number
  /** Marks stand in the order of their ids: dates and bands. */
  ordered: boolean
  /** The newest groups are those that are shown. */
  newest: boolean
  date: boolean
}

export interface Got extends Asked {
  answer: Answer
  /** The same without the selection of the block's own field: what else could be chosen. */
  around?: Answer
}

/** The day field that a step of a calendar belongs to, where the catalogue has one. */
export function dayField(catalog: Catalog, dimension: string): string | undefined {
  const [, prefix] = /^(.+)(?:Year|Quarter|Month|Week|Day)$/.exec(dimension) ?? []
  const field = prefix + 'Day'
  return prefix && catalog.filters.some((f) => f.id === field) ? field : undefined
}

/** The filters without those that a click in the block makes. */
export function withoutOwn(catalog: Catalog, filters: Filters, dimension: string): Filters {
  const day = dayField(catalog, dimension)
  const rest = set(filters, dimension, [])
  return day && range(filters, day).some(Boolean) ? set(rest, day, []) : rest
}

/** Form of a chart: dates are columns in time, bands columns in their order. */
export function shapeOf(chart: Chart, date: boolean, cumulative: boolean): Shape {
  if (chart.kind === 'world') return 'map'
  if (chart.kind === 'map' || chart.kind === 'treemap') return chart.kind
  if (date && cumulative) return 'line'
  return date || chart.kind === 'histogram' ? 'columns' : 'bars'
}

const number = (v: Value | undefined) => Number(v ?? 0)

/** Ids by their number where they have one: 1, 2, 10; the blank one last. */
function byNumber(a: string, b: string): number {
  if (a === '~' || b === '~') return a === '~' ? 1 : -1
  return parseInt(a, 10) - parseInt(b, 10) || (a < b ? -1 : 1)
}

export interface Written {
  write: (v: Value, column: Column | undefined, form: 'short' | 'exact') => string
  period: (id: string) => string
  blank: string
  other: (groups: number) => string
}

export function marks(got: Got, filters: Filters, catalog: Catalog, { write, period, blank, other }: Written): Shown[] {
  const { answer, around, dimension: by } = got
  const drawn = got.measures.map((id) => answer.columns.find((c) => c.id === id))
  const first = got.measures[0]!
  const ids = (a: Answer) => a.rows.map((row) => (row[by] as Member).id)
  const rows = new Map([...(around?.rows ?? []), ...answer.rows].map((row) => [(row[by] as Member).id, row]))
  const within = new Set(ids(answer))
  // Of what else could be chosen, as much as there is room for.
  const beside = around ? ids(around).filter((id) => !within.has(id)) : []
  let order = [...within, ...(got.ordered ? beside : beside.slice(0, Math.max(0, got.limit - within.size)))]
  if (got.date) order = filled(order, got.limit)
  else if (got.ordered) order.sort(byNumber)
  else if (around) order.sort((a, b) => number(rows.get(b)?.[first] as Value) - number(rows.get(a)?.[first] as Value))

  const today = answer.meta.asOf.slice(0, 10)
  const scale = got.colour ?? (got.shape === 'map' || got.shape === 'treemap' ? first : undefined)
  const shades = scale ? steps(order.flatMap((id) => (rows.get(id)?.[scale] == null ? [] : [number(rows.get(id)![scale] as Value)]))) : undefined
  const values = (row: Row | undefined, empty: Value) => {
    const of = drawn.map((c) => (row && c ? ((row[c.id] ?? null) as Value) : c?.additive ? empty : null))
    return { sizes: of.map(number), short: of.map((v, i) => write(v, drawn[i], 'short')), exact: of.map((v, i) => write(v, drawn[i], 'exact')) }
  }
  const day = dayField(catalog, by)
  const chosen = (id: string) => has(filters, by, id) || (!!around && within.has(id)) || (!!day && days(id) !== undefined && days(id)!.join('..') === filters[day]?.[0])
  // A running sum stays as it was where nothing came to it, and what has no date has no place in it.
  const running = got.shape === 'line'
  let last: Row | undefined
  const out = order.filter((id) => !running || id !== '~').map((id): Shown => {
    const row = rows.get(id) ?? (running ? last : undefined)
    last = row
    const label = (row?.[by] as Member | undefined)?.label
    return {
      id,
      label: id === '~' ? label || blank : got.date ? period(id) : label || id,
      ...values(row, 0),
      ...(shades && scale && row?.[scale] != null ? { shade: shades.of(number(row[scale] as Value)) } : {}),
      state: chosen(id) ? 'selected' : around || id === '~' ? 'dim' : 'plain',
      ...(got.date && covers(id, today) ? { partial: true } : {}),
      row,
    }
  })
  const groups = Number(answer.other?.groups ?? 0)
  if (groups > 0) {
    const rest: Shown = { id: '', label: other(groups), ...values(answer.other as Row, null), state: 'other', row: answer.other as Row }
    if (got.newest) out.unshift(rest)
    else out.push(rest)
  }
  return out
}
