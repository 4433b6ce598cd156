import type { Screen } from './screen'

/** T1 of the reference: the overall state of procurement. */
export const main: Screen = {
  id: 'main',
  title: 'screen.main',
  help: 'screen.main.help',
  tiles: ['procedures', 'lots', 'lotsValue', 'buyers', 'bidders', 'priceReduction', 'priceReductionShare'],
  indicators: ['lots', 'lotsValue', 'priceReduction', 'procedures'],
  grains: [
    { id: 'publishedYear', title: 'grain.year' },
    { id: 'publishedQuarter', title: 'grain.quarter' },
    { id: 'publishedMonth', title: 'grain.month' },
    { id: 'publishedDay', title: 'grain.day' },
  ],
  grain: 'publishedMonth',
  charts: [
    { id: 'dynamics', title: 'chart.dynamics', dimension: 'grain', shape: 'columns', limit: 400, width: 12 },
    { id: 'method', title: 'chart.method', dimension: 'method', shape: 'bars', limit: 8, width: 6 },
    { id: 'lotStatus', title: 'chart.lotStatus', dimension: 'lotStatus', shape: 'bars', limit: 8, width: 6 },
    { id: 'class', title: 'chart.class', dimension: 'class', shape: 'bars', limit: 10, width: 12 },
    { id: 'buyer', title: 'chart.buyer', dimension: 'buyer', shape: 'bars', limit: 15, width: 6 },
    { id: 'bidder', title: 'chart.bidder', dimension: 'bidder', shape: 'bars', limit: 15, width: 6 },
  ],
  facets: ['method', 'lotStatus', 'category', 'class', 'region', 'buyer', 'bidder', 'publishedYear'],
  period: 'publishedDay',
}
