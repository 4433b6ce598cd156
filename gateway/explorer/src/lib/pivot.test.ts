import { describe, expect, it } from 'vitest'
import type { Answer, Catalog, Member } from './api'
import { order, parts, pivot } from './pivot'

const m = (id: string): Member => ({ id, label: id.toUpperCase() })
const answer = (rows: Answer['rows'], totals: Answer['totals'] = {}, other?: Answer['other']) => ({ rows, totals, other }) as Answer
const catalog = { dimensions: [{ id: 'year', type: 'date' }, { id: 'buyer', type: 'text' }] } as Catalog

describe('the questions of a pivot', () => {
  it('are every level of rows, with and without columns', () => {
    expect(parts(['a', 'b'], ['c']).map((p) => [p.rows.join(), p.columns.join()])).toEqual([['', ''], ['', 'c'], ['a', ''], ['a', 'c'], ['a,b', ''], ['a,b', 'c']])
    expect(parts(['a'], [])).toHaveLength(2)
  })
  it('are in the chosen order where it fits, else time runs on, else the greatest comes first', () => {
    expect(order(catalog, ['buyer'], ['lots'], '')).toBe('-lots')
    expect(order(catalog, ['buyer', 'year'], ['lots'], '')).toBe('year')
    expect(order(catalog, ['buyer'], ['lots'], 'buyer')).toBe('buyer')
    expect(order(catalog, ['buyer'], ['lots'], '-year')).toBe('-lots')
  })
})

describe('a pivot', () => {
  const [none, c, a, ac, ab, abc] = parts(['a', 'b'], ['c'])
  const of = pivot(['a', 'b'], ['c'], [
    { part: none!, answer: answer([], { n: 9 }) },
    { part: c!, answer: answer([{ c: m('x'), n: 5 }, { c: m('y'), n: 5 }], {}, { groups: 3 }) },
    { part: a!, answer: answer([{ a: m('p'), n: 6 }, { a: m('q'), n: 4 }]) },
    { part: ac!, answer: answer([{ a: m('p'), c: m('x'), n: 3 }]) },
    { part: ab!, answer: answer([{ a: m('q'), b: m('s'), n: 4 }, { a: m('p'), b: m('t'), n: 3 }, { a: m('p'), b: m('s'), n: 2 }], {}, { groups: 7 }) },
    { part: abc!, answer: answer([{ a: m('p'), b: m('s'), c: m('x'), n: 1 }]) },
  ])
  it('stands as a tree in the order of its levels', () => {
    expect(of.lines.map((l) => l.members.map((x) => x.id).join('/'))).toEqual(['p', 'p/t', 'p/s', 'q', 'q/s'])
    expect(of.lines.map((l) => l.leaf)).toEqual([false, true, true, false, true])
    expect(of.columns.map((x) => x[0]!.id)).toEqual(['x', 'y'])
  })
  it('has totals that were asked for, not added up', () => {
    expect(of.value([], [], 'n')).toBe(9)
    expect(of.value([m('p')], [], 'n')).toBe(6)
    expect(of.value([m('p')], [m('x')], 'n')).toBe(3)
    expect(of.value([], [m('x')], 'n')).toBe(5)
    expect(of.value([m('p'), m('s')], [m('x')], 'n')).toBe(1)
  })
  it('has nothing where nothing is, and counts what it does not show', () => {
    expect(of.value([m('q')], [m('x')], 'n')).toBeNull()
    expect(of.more).toEqual({ rows: 7, columns: 3 })
  })
})
