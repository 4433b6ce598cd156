import { describe, expect, it } from 'vitest'
import type { Lang } from '../lib/api'
import { fieldName, fields, tags } from './entity.text'

type Words = Record<Lang, Record<string, string>>
const files = import.meta.glob<{ words: Words }>('./*.text.ts', { eager: true })
/** Words that are the same in several languages, and the only ones. */
const common = ['API', 'CSV', 'XLSX', 'Parquet', 'JSON', 'Atom', 'JSON Feed', '{n} — {reason}']

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

describe('the words of releases', () => {
  it('are the same list in each language', () => {
    for (const list of [fields, tags]) for (const lang of ['kk', 'ru'] as const) expect(Object.keys(list[lang])).toEqual(Object.keys(list.en))
  })
  it('name a field by the end of its path, past the ids of lists', () => {
    expect(fieldName('/contracts/[5]/value/amount', 'en')).toBe('amount')
    expect(fieldName('/contracts/[5]/items/[1]/unit/value/amount', 'ru')).toBe('цена за единицу')
    expect(fieldName('/tender/tenderPeriod/endDate', 'kk')).toBe('өтінім қабылдау аяқталуы')
    expect(fieldName('/parties/[1]/roles', 'en')).toBeUndefined()
  })
})
