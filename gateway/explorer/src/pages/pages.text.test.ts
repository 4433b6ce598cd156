import { describe, expect, it } from 'vitest'
import type { Lang } from '../lib/api'

type Words = Record<Lang, Record<string, string>>
const files = import.meta.glob<{ words: Words }>('./*.text.ts', { eager: true })
/** Words that are the same in several languages, and the only ones. */
const common = ['API', 'CSV', 'XLSX', 'Parquet', 'JSON', 'Atom', 'JSON Feed', '{from} – {to}']

describe('the words of the pages', () => {
  it('are found', () => expect(Object.keys(files).length).toBeGreaterThan(2))
  for (const [file, { words }] of Object.entries(files))
    for (const lang of ['kk', 'ru'] as const)
      it(`${file} has in ${lang} words of its own with the same holes`, () => {
        expect(Object.keys(words[lang]).sort()).toEqual(Object.keys(words.en).sort())
        for (const [key, english] of Object.entries(words.en)) {
          expect(words[lang][key], key).toBeTruthy()
          if (!common.includes(english)) expect(words[lang][key], key).not.toBe(english)
          const holes = (s: string) => (s.match(/\{\w+\}/g) ?? []).sort()
          expect(holes(words[lang][key]!), key).toEqual(holes(english))
        }
      })
})
