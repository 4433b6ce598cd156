import { describe, expect, it } from 'vitest'
import { escape, extend, format, has, held, invert, only, parse, range, same, set, setRange, toggle, unescape, type View } from './selection'

const start: View = { lang: 'ru', screen: 'main', filters: {}, options: {} }

describe('the address holds the whole view', () => {
  const views: View[] = [
    start,
    { lang: 'kk', screen: 'main', filters: { method: ['openTender', 'auction'] }, options: { indicator: 'lotsValue' } },
    { lang: 'en', screen: 'main', filters: { buyer: ['~'], publishedDay: ['2026-01-01..'] }, options: {} },
    { lang: 'en', screen: 'buyers/KZ-BIN-900040000007', filters: {}, options: {} },
    { lang: 'ru', screen: 'main', filters: { method: ['!auction'], region: ['75'] }, options: {}, locks: ['method', 'region'] },
    { lang: 'ru', screen: 'main', filters: { title: ['a & b = «Ә»', '\\!x'] }, options: { grain: 'publishedYear' } },
  ]
  for (const view of views)
    it(format(view), () => {
      const [path = '', query = ''] = format(view).split('?')
      expect(parse(path, query, start)).toEqual(view)
    })

  it('says equal selections in equal words', () => {
    const a = { ...start, filters: { a: ['1'], b: ['2'] } }
    const b = { ...start, filters: { b: ['2'], a: ['1'] } }
    expect(format(a)).toBe(format(b))
  })

  it('falls back where an address says nothing', () => {
    expect(parse('/', '', start)).toEqual(start)
    expect(parse('/en', '', start)).toEqual({ ...start, lang: 'en' })
    expect(parse('/xx/yy', 'filter.=1&filter.a=1&filter.a=1', start)).toEqual({ ...start, screen: 'xx/yy', filters: { a: ['1'] } })
  })
})

describe('a selection', () => {
  it('takes a member in and out', () => {
    const one = toggle({}, 'method', 'auction')
    expect(one).toEqual({ method: ['auction'] })
    expect(has(one, 'method', 'auction')).toBe(true)
    expect(toggle(one, 'method', 'auction')).toEqual({})
  })

  it('leaves the old one as it was', () => {
    const old = { method: ['auction'] }
    toggle(old, 'method', 'openTender')
    set(old, 'method', [])
    expect(old).toEqual({ method: ['auction'] })
  })

  it('keeps members apart from the signs of the grammar', () => {
    for (const id of ['!a', '\\a', '~a', '1..2', 'plain', 'KZ-BIN-1']) expect(unescape(escape(id))).toBe(id)
    expect(escape('~')).toBe('~')
    expect(escape('!a')).toBe('\\!a')
  })

  it('holds a range with open ends', () => {
    const f = setRange({}, 'day', '2026-01-01', '')
    expect(range(f, 'day')).toEqual(['2026-01-01', ''])
    expect(setRange(f, 'day', '', '')).toEqual({})
    expect(range({ day: ['\\1..2'] }, 'day')).toEqual(['', ''])
  })

  it('is of one member after a click, and of none after another', () => {
    expect(only({ method: ['a', 'b'] }, 'method', 'a')).toEqual({ method: ['a'] })
    expect(only({ method: ['a'] }, 'method', 'a')).toEqual({})
    expect(only({ method: ['!a'] }, 'method', 'a')).toEqual({ method: ['a'] })
  })

  it('is extended by several', () => expect(extend({ method: ['a'] }, 'method', ['a', '!b', 'c'])).toEqual({ method: ['a', '\\!b', 'c'] }))

  it('is inverted, and twice is as it was', () => {
    for (const values of [['a', 'b'], ['\\!x', '~'], ['!a', '!~'], ['2026-01..2026-03']]) {
      const once = invert({ f: values }, 'f')
      expect(once).not.toEqual({ f: values })
      expect(invert(once, 'f')).toEqual({ f: values })
    }
    expect(invert({ f: ['a'] }, 'f')).toEqual({ f: ['!a'] })
    expect(invert({}, 'f')).toEqual({})
  })

  it('lets in again what was left out', () => expect(toggle({ f: ['!a', '!b'] }, 'f', 'a')).toEqual({ f: ['!b'] }))

  it('keeps locked fields whatever comes', () => {
    const now = { a: ['1'], b: ['2'] }
    expect(held(now, {}, ['a'])).toEqual({ a: ['1'] })
    expect(held(now, { a: ['9'], b: ['9'], c: ['3'] }, ['a'])).toEqual({ a: ['1'], b: ['9'], c: ['3'] })
    expect(held({}, { a: ['9'] }, ['a'])).toEqual({})
  })

  it('is the same in any order of fields', () => {
    expect(same({ a: ['1'], b: ['2'] }, { b: ['2'], a: ['1'] })).toBe(true)
    expect(same({ a: ['1'] }, { a: ['2'] })).toBe(false)
  })
})

it('what is not selected is not locked', () => {
  expect(parse('/ru/main', 'filter.a=1&lock=a,b', start).locks).toEqual(['a'])
  expect(format({ ...start, locks: ['a'] })).toBe('/ru/main')
})
