import { describe, expect, it } from 'vitest'
import type { Catalog, Screen } from './api'
import { address, bounds, byDataset, charts, facetQuestions, find, fitting, onward } from './screen'

const screen = (id: string, rest: Partial<Screen> = {}): Screen => ({ id, group: 'tenders', title: id, help: '', tiles: [], charts: [], facets: [], ...rest })
const field = (id: string, ...datasets: string[]) => ({ id, name: id, type: 'code', datasets })
const measure = (id: string, dataset: string) => ({ id, dataset }) as Catalog['measures'][number]
const catalog = {
  measures: [measure('lots', 'lots'), measure('lotsValue', 'lots'), measure('contracts', 'contracts')],
  filters: [field('method', 'lots', 'contracts'), field('bidder', 'lots'), field('winner', 'contracts', 'lots'), field('signed', 'contracts')],
  limits: { measures: 20, dimensions: 4, rows: 10_000, facetFields: 2 },
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
      { fields: ['method', 'winner'], filters: { method: ['auction'] } },
      { fields: ['signed'], filters: { method: ['auction'] } },
      { fields: ['bidder'], filters: chosen },
    ])
  })
})

it('a map is not drawn beside the ranking that says the same', () => {
  const map = { id: 'map', title: '', kind: 'map', dimension: 'region', limit: 30, width: 12 } as const
  const ranking = { ...map, id: 'region', kind: 'bars' } as const
  expect(charts(screen('A', { charts: [map, ranking] }))).toEqual([ranking])
  expect(charts(screen('B', { charts: [map, { ...ranking, dimension: 'country' }] })).map((c) => c.id)).toEqual(['map', 'region'])
})

it('bounds are whole numbers with open ends', () => {
  expect(['10..500', '10..', '..5', '', 'a..b', undefined].map(bounds)).toEqual([['10', '500'], ['10', ''], ['', '5'], ['', ''], ['', ''], ['', '']])
})
