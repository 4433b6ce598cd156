// Words of the interface in the language of the view.
import type { Catalog, Column, Lang } from '../lib/api'
import { sign } from '../lib/number'
import { unescape } from '../lib/selection'
import { en, type Key } from './en'
import { kk } from './kk'
import { ru } from './ru'

export type { Key }

export const texts: Record<Lang, Record<Key, string>> = { kk, ru, en }

type Values = Record<string, string | number>
const fill = (words: string, values: Values) => words.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))

/** The text of a key with {name} filled in. */
export function text(lang: Lang, key: Key, values: Values = {}): string {
  return fill(texts[lang][key], values)
}

/** Whose procurement it is: that of Kazakhstan unless sums are in the money of others. */
export const subtitle = (lang: Lang, catalog: Catalog | undefined) =>
  text(lang, catalog?.measures.some((m) => m.type === 'money' && m.unit !== 'KZT') ? 'app.subtitle.other' : 'app.subtitle')

/** Words that come with a page and not with the first view: the same as `text` for them. */
export const sayer =
  <K extends string>(words: Record<Lang, Record<K, string>>, lang: () => Lang) =>
  (key: K, values: Values = {}): string =>
    fill(words[lang()][key], values)

// Browsers do not carry Kazakh dates everywhere, so the months are ours.
const months: Record<Lang, { long: string[]; short: string[] }> = {
  kk: {
    long: ['қаңтар', 'ақпан', 'наурыз', 'сәуір', 'мамыр', 'маусым', 'шілде', 'тамыз', 'қыркүйек', 'қазан', 'қараша', 'желтоқсан'],
    short: ['қаң.', 'ақп.', 'нау.', 'сәу.', 'мам.', 'мау.', 'шіл.', 'там.', 'қыр.', 'қаз.', 'қар.', 'жел.'],
  },
  ru: {
    long: ['января', 'февраля', 'марта', 'апреля', 'мая', 'июня', 'июля', 'августа', 'сентября', 'октября', 'ноября', 'декабря'],
    short: ['янв.', 'февр.', 'март', 'апр.', 'май', 'июнь', 'июль', 'авг.', 'сент.', 'окт.', 'нояб.', 'дек.'],
  },
  en: {
    long: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
    short: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
  },
}

function dayText(year: string, month: string, day: string, lang: Lang): string {
  const name = months[lang].long[Number(month) - 1] ?? month
  if (lang === 'kk') return `${year} жылғы ${Number(day)} ${name}`
  return `${Number(day)} ${name} ${year}` + (lang === 'ru' ? ' г.' : '')
}

/** A moment as a date in words, by the calendar of the portal's zone. */
export function dateText(iso: string, lang: Lang): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  // The Swedish form is the ISO one.
  const [year = '', month = '', day = ''] = new Intl.DateTimeFormat('sv', { timeZone: 'Asia/Almaty' }).format(date).split('-')
  return dayText(year, month, day, lang)
}

/** A day, week, month, quarter or year of the API (2026-07-24, 2026-W30, 2026-07, 2026-Q3, 2026) for an axis or a table. */
export function periodText(id: string, lang: Lang): string {
  const [, year, month, day] = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(id) ?? []
  if (year && month) return day ? dayText(year, month, day, lang) : `${months[lang].short[Number(month) - 1] ?? month} ${year}`
  const [, of, quarter] = /^(\d{4})-Q([1-4])$/.exec(id) ?? []
  if (of && quarter) return { kk: `${of} ж. ${quarter}-тоқсан`, ru: `${quarter} кв. ${of}`, en: `Q${quarter} ${of}` }[lang]
  const [, at, week] = /^(\d{4})-W(\d{2})$/.exec(id) ?? []
  if (at && week) return { kk: `${at} ж. ${Number(week)}-апта`, ru: `${Number(week)} нед. ${at}`, en: `W${Number(week)} ${at}` }[lang]
  return id
}

/** A value of a filter in words; `label` names what is neither a range nor blank. */
export function filterText(value: string, lang: Lang, label: (id: string) => string): string {
  if (value.startsWith('!')) return text(lang, 'selection.not', { value: filterText(value.slice(1), lang, label) })
  if (!value.startsWith('\\') && value.includes('..')) {
    const [from = '', to = ''] = value.split('..')
    return text(lang, 'selection.range', { from: periodText(from, lang) || '…', to: periodText(to, lang) || '…' })
  }
  return value === '~' ? text(lang, 'chart.blank') : label(unescape(value))
}

/** The unit of a figure in words. */
export function unitText(c: { type: string; unit?: string }, lang: Lang): string {
  if (c.type === 'money') return sign(c.unit)
  if (c.type === 'ratio') return '%'
  return text(lang, c.unit === 'days' ? 'unit.days' : c.unit === 'average' ? 'unit.average' : 'unit.count')
}

/** The head of a column: the unit is said where the figures do not show it. */
export const headText = (c: Column, lang: Lang) => c.title + (c.type === 'money' || c.unit === 'days' ? ', ' + unitText(c, lang) : '')

/** The title of a block says each measure with its unit. */
export const aboutText = (columns: Column[], lang: Lang) => columns.map((c) => `${c.title}, ${unitText(c, lang)}`).join('; ')
