import { describe, expect, it } from 'vitest'
import { display, exact, percent, short, sign, size, sumsAreIn } from './number'

describe('exact figures', () => {
  it('group as text and lose no digit', () => {
    expect(exact('123456789012345678.91', 'en')).toBe('123,456,789,012,345,678.91')
    expect(exact('123456789012345678.91', 'ru').replaceAll('\u202f', ' ')).toBe('123 456 789 012 345 678,91')
  })
  it('keep small numbers whole', () => expect(exact(999, 'kk')).toBe('999'))
  it('write a minus sign, not a hyphen', () => expect(exact('-1000', 'en')).toBe('\u22121,000'))
  it('cut trailing zeros but keep those asked for', () => {
    expect(exact('5.50', 'en')).toBe('5.5')
    expect(exact('5.50', 'en', 2)).toBe('5.50')
  })
  it('say that there is none', () => expect(exact(null, 'en')).toBe('–'))
})

describe('short figures', () => {
  const plain = (s: string) => s.replaceAll('\u202f', ' ').replaceAll('\u00a0', ' ')
  it('use the words of the language', () => {
    expect(plain(short('558790000000.00', 'ru'))).toBe('559 млрд')
    expect(plain(short('58790000000', 'kk'))).toBe('58,8 млрд')
    expect(plain(short('5260000000', 'en'))).toBe('5.26 bn')
  })
  it('never say a thousand of a step', () => expect(plain(short('999999999', 'en'))).toBe('1 bn'))
  it('leave five digits as they are', () => expect(plain(short(20160, 'ru'))).toBe('20 160'))
  it('shorten six digits', () => expect(plain(short(201600, 'ru'))).toBe('202 тыс.'))
  it('zero is zero', () => expect(short(0, 'ru')).toBe('0'))
})

describe('display', () => {
  it('shows money with its sign and its tiyn', () => expect(display('1234.5', 'money', 'en', 'exact')).toBe('1,234.50\u00a0₸'))
  it('shows the sums of another country in its currency', () => {
    sumsAreIn('USD')
    expect(display('1234.5', 'money', 'en', 'exact')).toBe('1,234.50\u00a0USD')
    expect(sign('KZT')).toBe('₸')
    sumsAreIn('KZT')
  })
  it('shows whole tenge without tiyn', () => expect(display('1234', 'money', 'en', 'exact')).toBe('1,234\u00a0₸'))
  it('shows shares as percentages', () => {
    expect(percent('0.063512', 'en')).toBe('6.35%')
    expect(percent('0.0635', 'ru')).toBe('6,35\u00a0%')
  })
})

describe('sizes of files', () => {
  it('are decimal, with the unit of the language', () => {
    expect([0, 999, 1000, 2_287_264, 5e9].map((n) => size(n, 'en').replaceAll('\u00a0', ' '))).toEqual(['0 B', '999 B', '1 kB', '2.29 MB', '5 GB'])
    expect(size(2_287_264, 'ru').replaceAll('\u00a0', ' ')).toBe('2,29 МБ')
  })
})
