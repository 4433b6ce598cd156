// Numbers in the words of each language. Money arrives as exact decimal text
// and stays exact wherever the full figure is shown: it is grouped as text,
// never through a floating point number.

import type { Lang, Value } from './api'

const thin = '\u202f'
const minus = '\u2212'
export const none = '–'

const mark: Record<Lang, string> = { kk: ',', ru: ',', en: '.' }
const group: Record<Lang, string> = { kk: thin, ru: thin, en: ',' }

const steps: Record<Lang, [number, string][]> = {
  kk: [[12, 'трлн'], [9, 'млрд'], [6, 'млн'], [3, 'мың']],
  ru: [[12, 'трлн'], [9, 'млрд'], [6, 'млн'], [3, 'тыс.']],
  en: [[12, 'tn'], [9, 'bn'], [6, 'm'], [3, 'k']],
}

/** The exact figure with grouped thousands; decimals cut of trailing zeros beyond `atLeast`. */
export function exact(value: Value, lang: Lang, atLeast = 0): string {
  if (value === null) return none
  const text = String(value)
  const negative = text.startsWith('-')
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.')
  const kept = fraction.replace(/0+$/, '').padEnd(atLeast, '0')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group[lang])
  return (negative ? minus : '') + grouped + (kept ? mark[lang] + kept : '')
}

/** Three digits and a word: 58,8 млрд. */
export function short(value: Value, lang: Lang): string {
  if (value === null) return none
  const number = Number(value)
  const size = Math.abs(number)
  for (const [power, word] of steps[lang]) {
    // 999.95 of a step would be rounded to 1000 of it: it belongs to the next.
    if (size >= 0.9995 * 10 ** power && (power > 3 || size >= 99_950)) return rounded(number / 10 ** power, lang) + '\u00a0' + word
  }
  return Number.isInteger(number) ? exact(value, lang) : rounded(number, lang)
}

function rounded(number: number, lang: Lang): string {
  const size = Math.abs(number)
  const text = number.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2)
  return exact(text, lang, 0)
}

/** A fraction of one as a percentage. */
export function percent(value: Value, lang: Lang): string {
  if (value === null) return none
  const text = exact((Number(value) * 100).toFixed(2), lang, 0)
  return text + (lang === 'en' ? '%' : '\u00a0%')
}

const units: Record<Lang, string[]> = {
  kk: ['Б', 'КБ', 'МБ', 'ГБ', 'ТБ'],
  ru: ['Б', 'КБ', 'МБ', 'ГБ', 'ТБ'],
  en: ['B', 'kB', 'MB', 'GB', 'TB'],
}

/** The size of a file in decimal units. */
export function size(bytes: number, lang: Lang): string {
  const power = bytes < 1 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3))
  return rounded(bytes / 1000 ** power, lang) + '\u00a0' + units[lang][power]
}

export type Kind = 'int' | 'money' | 'ratio'

const tenge = 'KZT'
let main = tenge

/** Says which currency sums are in, by its ISO 4217 code: the catalogue of the data knows. */
export function sumsAreIn(currency: string) {
  main = currency
}

/** The sign of a currency, of that of the sums unless another is named. */
export const sign = (currency: string = main) => (currency === tenge ? '₸' : currency)

/** The short form for a tile or a label; the exact form for a table or a hover. */
export function display(value: Value, kind: Kind, lang: Lang, form: 'short' | 'exact'): string {
  if (value === null) return none
  if (kind === 'ratio') return percent(value, lang)
  if (kind === 'money') {
    return (form === 'short' ? short(value, lang) : exact(value, lang, String(value).includes('.') ? 2 : 0)) + '\u00a0' + sign()
  }
  return form === 'short' ? short(value, lang) : exact(value, lang)
}
