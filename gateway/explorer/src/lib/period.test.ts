import { expect, it } from 'vitest'
import { filled, next } from './period'

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
