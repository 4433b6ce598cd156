import { describe, expect, it } from 'vitest'
import { words, type QualityKey } from './quality.text'

describe('the words of the quality page', () => {
  for (const lang of ['kk', 'ru'] as const)
    it(`${lang} has its own words with the same holes`, () => {
      for (const [key, english] of Object.entries(words.en) as [QualityKey, string][]) {
        expect(words[lang][key], key).toBeTruthy()
        expect(words[lang][key], key).not.toBe(english)
        expect(words[lang][key].match(/\{\w+\}/g) ?? [], key).toEqual(english.match(/\{\w+\}/g) ?? [])
      }
    })
})
