// Words of the interface in the language of the view.
import type { Lang } from '../lib/api'
import { en, type Key } from './en'
import { kk } from './kk'
import { ru } from './ru'

export type { Key }

export const texts: Record<Lang, Record<Key, string>> = { kk, ru, en }

/** The text of a key with {name} filled in. */
export function text(lang: Lang, key: Key, values: Record<string, string | number> = {}): string {
  return texts[lang][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** A date in words, by the calendar of the portal's zone. */
export function dateText(iso: string, lang: Lang): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  return new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : lang, { dateStyle: 'long', timeZone: 'Asia/Almaty' }).format(date)
}

/** A day, month, quarter or year of the API (2026-07-24, 2026-07, 2026-Q3, 2026) for an axis or a table. */
export function periodText(id: string, lang: Lang): string {
  const month = /^(\d{4})-(\d{2})$/.exec(id)
  const locale = lang === 'en' ? 'en-GB' : lang
  if (month) {
    const date = new Date(Date.UTC(Number(month[1]), Number(month[2]) - 1, 1))
    return new Intl.DateTimeFormat(locale, { month: 'short', year: 'numeric', timeZone: 'UTC' }).format(date)
  }
  if (/^\d{4}-\d{2}-\d{2}$/.test(id)) {
    return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(id + 'T00:00:00Z'))
  }
  return id
}
