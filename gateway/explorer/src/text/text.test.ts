import { describe, expect, it } from 'vitest'
import { dateText, periodText, text, texts, type Key } from '.'

const holes = (s: string) => [...s.matchAll(/\{\w+\}/g)].map((m) => m[0]).sort()

describe('the three languages', () => {
  for (const lang of ['kk', 'ru'] as const)
    it(`${lang} has every key with the same holes and words of its own`, () => {
      for (const [key, english] of Object.entries(texts.en) as [Key, string][]) {
        expect(texts[lang][key], key).toBeTruthy()
        expect(holes(texts[lang][key]), key).toEqual(holes(english))
      }
      const same = (Object.keys(texts.en) as Key[]).filter((k) => texts[lang][k] === texts.en[k])
      expect(same.sort()).toEqual(['app.name', 'block.api', 'menu.api', 'selection.range'])
    })

  it('fills holes and leaves unknown ones visible', () => {
    expect(text('en', 'chart.other', { n: 3 })).toBe('Other: 3')
    expect(text('en', 'chart.other')).toBe('Other: {n}')
  })

  it('names days, months and quarters in every language', () => {
    expect(['kk', 'ru', 'en'].map((l) => periodText('2026-07', l as 'kk'))).toEqual(['шіл. 2026', 'июль 2026', 'Jul 2026'])
    expect(['kk', 'ru', 'en'].map((l) => periodText('2026-07-04', l as 'kk'))).toEqual(['2026 жылғы 4 шілде', '4 июля 2026 г.', '4 July 2026'])
    expect(periodText('2026-Q3', 'ru')).toBe('3 кв. 2026')
    expect(periodText('2026-W05', 'en')).toBe('W5 2026')
    expect(periodText('2026', 'ru')).toBe('2026')
    expect(periodText('~', 'ru')).toBe('~')
  })

  it('takes the day of the portal', () => {
    expect(dateText('2026-10-06T20:00:00Z', 'en')).toBe('7 October 2026')
    expect(dateText('not a date', 'en')).toBe('not a date')
  })
})
