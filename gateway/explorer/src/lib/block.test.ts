import { describe, expect, it } from 'vitest'
import type { Answer, Catalog, Column, Row } from './api'
import { dayField, marks, shapeOf, withoutOwn, type Got, type Written } from './block'
import type { Filters } from './selection'

const catalog = { filters: [{ id: 'publishedDay', name: '', type: 'date', datasets: [] }], dimensions: [], measures: [] } as unknown as Catalog
const column: Column = { id: 'lots', kind: 'measure', type: 'int', title: 'Lots', additive: true }
const row = (by: string, id: string, lots: number): Row => ({ [by]: { id, label: id.toUpperCase() }, lots })
const answer = (rows: Row[], other?: Answer['other']): Answer => ({
  meta: { snapshot: '', asOf: '2026-03-10T00:00:00Z', lang: 'en', rows: 9, elapsedMs: 0 },
  columns: [column],
  rows,
  ...(other ? { other } : {}),
  totals: { lots: 9 },
})
const written: Written = { write: (v) => String(v), period: (id) => 'in ' + id, blank: 'blank', other: (n) => `other ${n}` }
const got = (rest: Partial<Got>): Got => ({ dimension: 'method', shape: 'bars', measures: ['lots'], limit: 3, ordered: false, newest: false, date: false, answer: answer([]), ...rest })
const made = (g: Got, filters: Filters = {}) => marks(g, filters, catalog, written).map((m) => [m.id, m.exact[0], m.state])

describe('the marks of a ranking', () => {
  const rows = [row('method', 'a', 5), row('method', '~', 3), row('method', 'b', 1)]
  it('are its groups and the rest', () => {
    expect(made(got({ answer: answer(rows, { groups: 2, lots: 4 }) }))).toEqual([['a', '5', 'plain'], ['~', '3', 'dim'], ['b', '1', 'plain'], ['', '4', 'other']])
  })
  it('of a selection keep their places among what else could be chosen, as far as there is room', () => {
    const g = got({ answer: answer([row('method', 'b', 1)]), around: answer([...rows, row('method', 'c', 0)]) })
    expect(made(g, { method: ['b'] })).toEqual([['a', '5', 'dim'], ['~', '3', 'dim'], ['b', '1', 'selected']])
  })
  it('are shaded by the measure that colours them', () => {
    expect(marks(got({ answer: answer(rows), colour: 'lots' }), {}, catalog, written).map((m) => m.shade)).toEqual([4, 2, 0])
  })
})

describe('the marks of time', () => {
  const g = got({ dimension: 'publishedMonth', shape: 'columns', ordered: true, date: true, limit: 100, answer: answer([row('publishedMonth', '2026-03', 2), row('publishedMonth', '2026-01', 1)]) })
  it('are even, and the last is not over', () => {
    expect(made(g)).toEqual([['2026-01', '1', 'plain'], ['2026-02', '0', 'plain'], ['2026-03', '2', 'plain']])
    expect(marks(g, {}, catalog, written).map((m) => m.partial ?? false)).toEqual([false, false, true])
  })
  it('are selected by the days that were dragged over', () => {
    const filters = { publishedDay: ['2026-01-01..2026-01-31'] }
    const part = { ...g, answer: answer([row('publishedMonth', '2026-01', 1)]), around: g.answer }
    expect(made(part, filters).map((m) => m[2])).toEqual(['selected', 'dim', 'dim'])
  })
  it('of a running sum stay where nothing came to it', () => {
    const rows = [row('publishedMonth', '2026-01', 3), row('publishedMonth', '2026-03', 5), row('publishedMonth', '~', 1)]
    expect(made({ ...g, shape: 'line', answer: answer(rows) })).toEqual([['2026-01', '3', 'plain'], ['2026-02', '3', 'plain'], ['2026-03', '5', 'plain']])
  })
  it('do not take what has no date for selected', () => {
    expect(made({ ...g, answer: answer([row('publishedMonth', '~', 4)]) })).toEqual([['~', '4', 'dim']])
  })
})

it('bands stand in the order of their numbers, the blank one last', () => {
  const rows = ['10', '~', '2', '1'].map((id) => row('bidsBand', id, 1))
  expect(made(got({ dimension: 'bidsBand', shape: 'columns', ordered: true, answer: answer(rows) })).map((m) => m[0])).toEqual(['1', '2', '10', '~'])
})

it('a step of a calendar belongs to its day, where there is one', () => {
  expect(['publishedMonth', 'publishedDay', 'planYear', 'method'].map((d) => dayField(catalog, d))).toEqual(['publishedDay', 'publishedDay', undefined, undefined])
})

it('what a block selects itself is left out to see what else there is', () => {
  const filters = { method: ['a'], publishedDay: ['2026-01-01..2026-01-31'] }
  expect(withoutOwn(catalog, filters, 'method')).toEqual({ publishedDay: filters.publishedDay })
  expect(withoutOwn(catalog, filters, 'publishedYear')).toEqual({ method: ['a'] })
})

it('the form follows the declaration and what it shows', () => {
  const chart = { id: '', title: '', dimension: '', limit: 1, width: 1 }
  expect(shapeOf({ ...chart, kind: 'bars' }, false, true)).toBe('bars')
  expect(shapeOf({ ...chart, kind: 'columns' }, true, false)).toBe('columns')
  expect(shapeOf({ ...chart, kind: 'columns' }, true, true)).toBe('line')
  expect(shapeOf({ ...chart, kind: 'histogram' }, false, false)).toBe('columns')
  expect(shapeOf({ ...chart, kind: 'map' }, false, false)).toBe('map')
})
