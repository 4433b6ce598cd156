import { describe, expect, it } from 'vitest'
import type { Catalog, Screen } from './api'
import { address, bounds, byDataset, datedBy, drilled, facetQuestions, find, fitting, onward } from './screen'

const screen = (id: string, rest: Partial<Screen> = {}): Screen => ({ id, group: 'tenders', title: id, help: '', tiles: [], charts: [], facets: [], ...rest })
const field = (id: string, ...datasets: string[]) => ({ id, name: id, type: 'code', datasets })
const measure = (id: string, dataset: string) => ({ id, dataset }) as Catalog['measures'][number]
const catalog = {
  measures: [measure('lots', 'lots'), measure('lotsValue', 'lots'), measure('contracts', 'contracts')],
  filters: [field('method', 'lots', 'contracts'), field('bidder', 'lots'), field('winner', 'contracts', 'lots'), field('signed', 'contracts'), { ...field('day', 'lots'), type: 'date' }, { ...field('year', 'lots'), type: 'date' }],
  limits: { measures: 20, dimensions: 4, rows: 10_000, filterValues: 500, facetFields: 2 },
} as Catalog
const chosen = { method: ['auction'], bidder: ['1'] }

describe('addresses of screens', () => {
  const all = [screen('T1'), screen('T2')]
  it('call the first one main', () => expect(all.map((s) => address(all, s))).toEqual(['main', 'T2']))
  it('lead back to the screen', () => expect(['main', 'T1', 'T2', 'X'].map((n) => find(all, n)?.id)).toEqual(['T1', 'T1', 'T2', undefined]))
})

describe('the selection on the way from screen to screen', () => {
  const open = screen('T2', { selection: { status: ['210', '220'] } })
  it('takes what the next screen begins with', () => expect(onward({ method: ['auction'] }, screen('T1'), open)).toEqual({ status: ['210', '220'], method: ['auction'] }))
  it('keeps what the reader chose of it', () => expect(onward({ status: ['230'] }, screen('T1'), open)).toEqual({ status: ['230'] }))
  it('leaves behind what the screen began with', () => expect(onward({ status: ['210', '220'], method: ['auction'] }, open, screen('T1'))).toEqual({ method: ['auction'] }))
})

describe('questions', () => {
  it('take only the filters that act on their dataset, and say which do not', () => {
    expect(fitting(catalog, chosen, ['contracts'])).toEqual({ filters: { method: ['auction'] }, unused: ['bidder'] })
    expect(fitting(catalog, { nonsense: ['1'] }, ['lots'])).toEqual({ filters: {}, unused: ['nonsense'] })
  })
  it('are one for each dataset of the measures', () => {
    expect(byDataset(catalog, ['lots', 'contracts', 'lotsValue'], chosen)).toEqual([
      { measures: ['lots', 'lotsValue'], filters: chosen, unused: [] },
      { measures: ['contracts'], filters: { method: ['auction'] }, unused: ['bidder'] },
    ])
  })
  it('about facets prefer the dataset of the screen and keep to the limit of fields', () => {
    expect(facetQuestions(catalog, ['method', 'bidder', 'winner', 'signed'], chosen, 'contracts')).toEqual([
      { fields: ['method', 'winner'], dataset: 'contracts', filters: { method: ['auction'] } },
      { fields: ['signed'], dataset: 'contracts', filters: { method: ['auction'] } },
      { fields: ['bidder'], dataset: 'lots', filters: chosen },
    ])
  })
})

describe('a classifier', () => {
  const levels = ['class', 'subclass', 'itemGroup']
  it('is drilled by the one member that is selected on each level', () => {
    expect(drilled(levels, {})).toEqual({ path: [], level: 'class' })
    expect(drilled(levels, { class: ['41'] })).toEqual({ path: [{ level: 'class', id: '41' }], level: 'subclass' })
    expect(drilled(levels, { class: ['41'], subclass: ['41.20'] }).level).toBe('itemGroup')
  })
  it('stays where several members or none of a level are selected', () => {
    expect(drilled(levels, { class: ['41', '42'] }).level).toBe('class')
    expect(drilled(levels, { class: ['!41'] }).level).toBe('class')
    expect(drilled(levels, { subclass: ['41.20'] }).level).toBe('class')
  })
  it('ends at its last level', () => expect(drilled(levels, { class: ['1'], subclass: ['2'], itemGroup: ['3'] })).toMatchObject({ level: 'itemGroup' }))
})

it('periods are compared on the one date that is filtered', () => {
  expect(datedBy(catalog, { method: ['a'] })).toBe(undefined)
  expect(datedBy(catalog, { method: ['a'], day: ['2026-01-01..'] })).toBe('day')
  expect(datedBy(catalog, { year: ['2026'], day: ['2026-01-01..'] })).toBe(undefined)
})

it('bounds are whole numbers with open ends', () => {
  expect(['10..500', '10..', '..5', '', 'a..b', undefined].map(bounds)).toEqual([['10', '500'], ['10', ''], ['', '5'], ['', ''], ['', ''], ['', '']])
})
