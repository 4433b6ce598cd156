import { expect, it } from 'vitest'
import { covers, days, filled, next } from './period'

it('knows the period after each', () => {
  expect(['2026', '2026-Q4', '2026-12', '2026-12-31', '2024-02-28', '~'].map(next)).toEqual(['2027', '2027-Q1', '2027-01', '2027-01-01', '2024-02-29', undefined])
})

it('makes a time axis even and keeps the blank at its end', () => {
  expect(filled(['~', '2026-03', '2026-01'], 10)).toEqual(['2026-01', '2026-02', '2026-03', '~'])
})

it('leaves an axis that would be too long as it was', () => {
  expect(filled(['1999-01-01', '2026-01-01'], 100)).toEqual(['1999-01-01', '2026-01-01'])
  expect(filled([], 5)).toEqual([])
})

it('counts weeks over the end of a year', () => {
  expect(['2026-W09', '2026-W52', '2026-W53', '2027-W52'].map(next)).toEqual(['2026-W10', '2026-W53', '2027-W01', '2028-W01'])
})

it('knows the day that a period holds', () => {
  for (const id of ['2026', '2026-Q4', '2026-10', '2026-W41', '2026-10-07']) expect(covers(id, '2026-10-07'), id).toBe(true)
  for (const id of ['2025', '2026-Q3', '2026-09', '2026-W40', '2026-10-08']) expect(covers(id, '2026-10-07'), id).toBe(false)
})

it('knows the first and the last day', () => {
  expect(['2026', '2026-Q1', '2024-02', '2026-12', '2026-W01', '2026-W53', '2026-10-07', '~'].map((id) => days(id)?.join(' '))).toEqual([
    '2026-01-01 2026-12-31',
    '2026-01-01 2026-03-31',
    '2024-02-01 2024-02-29',
    '2026-12-01 2026-12-31',
    '2025-12-29 2026-01-04',
    '2026-12-28 2027-01-03',
    '2026-10-07 2026-10-07',
    undefined,
  ])
})
