// Values of answers in words, where they are rows and not marks of a chart.
import type { Column, Lang, Member, Row, Value } from '../../lib/api'
import { display, none } from '../../lib/number'
import { dateText, periodText, text } from '../../text'

/** A figure of a measure. */
export const figure = (value: Value | undefined, type: Column['type'] | undefined, lang: Lang, form: 'short' | 'exact') =>
  display(value ?? null, type === 'money' || type === 'ratio' ? type : 'int', lang, form)

/** The name of a member; a blank one says that nothing is stated. */
export const memberName = (m: Member, type: string, lang: Lang) =>
  m.id === '~' ? m.label || text(lang, 'chart.blank') : type === 'date' ? periodText(m.id, lang) : m.label || m.id

/** A cell of a row: a member, a figure, a moment or text. */
export function cell(row: Row, c: Column, lang: Lang): string {
  const value = row[c.id]
  if (value === null || value === undefined || value === '') return none
  if (typeof value === 'object') return memberName(value, c.type, lang)
  if (c.type === 'date') return moment(String(value), lang)
  if (c.type === 'text' || c.type === 'code') return String(value)
  return figure(value, c.type, lang, 'exact')
}

/** A day, or a moment by the clock of the portal. */
export function moment(iso: string, lang: Lang): string {
  return iso.includes('T') ? dateText(iso, lang) : periodText(iso, lang)
}

/** The time of day of the portal, 14:05. */
export function clock(iso: string): string {
  const date = new Date(iso)
  return Number.isNaN(date.getTime()) ? '' : new Intl.DateTimeFormat('sv', { timeZone: 'Asia/Almaty', hour: '2-digit', minute: '2-digit' }).format(date)
}

export const isNumber = (c: Column) => c.kind === 'measure' || c.type === 'int' || c.type === 'money' || c.type === 'ratio' || c.type === 'number'
