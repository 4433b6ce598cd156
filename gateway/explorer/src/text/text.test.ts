import { describe, expect, it } from 'vitest'
import { periodText, text, texts, type Key } from '.'

const holes = (s: string) => [...s.matchAll(/\{\w+\}/g)].map((m) => m[0]).sort()

describe('the three languages', () => {
  for (const lang of ['kk', 'ru'] as const)
    it(`${lang} has every key with the same holes and words of its own`, () => {
      for (const [key, english] of Object.entries(texts.en) as [Key, string][]) {
        expect(texts[lang][key], key).toBeTruthy()
        expect(holes(texts[lang][key]), key).toEqual(holes(english))
      }
      const same = (Object.keys(texts.en) as Key[]).filter((k) => texts[lang][k] === texts.en[k])
      expect(same.sort()).toEqual(['app.name', 'block.api', 'block.csv', 'menu.api', 'selection.range'])
    })

  it('fills holes and leaves unknown ones visible', () => {
    expect(text('en', 'chart.other', { n: 3 })).toBe('Other: 3')
    expect(text('en', 'chart.other')).toBe('Other: {n}')
  })

  it('names months', () => {
    expect(periodText('2026-07', 'en')).toBe('Jul 2026')
    expect(periodText('2026-07', 'ru')).toContain('2026')
    expect(periodText('2026-Q3', 'ru')).toBe('2026-Q3')
    expect(periodText('~', 'ru')).toBe('~')
  })
})
