// Answers about single things: entity pages, rows, search, reports, origin.
// Types follow proto/analysis and proto/publication.
import { get, queryPath, type Answer, type Column, type Lang, type Member, type Meta, type Problem, type Query, type Row, type Value } from './api'
import { toParams, type Filters } from './selection'

/** A query as the API writes it, with what it leaves out when it is empty. */
export interface ReadyQuery {
  measures: string[]
  dimensions?: string[]
  filters?: Filters
  having?: Record<string, string>
  order?: string
  limit?: number
}

export interface RowsQuery {
  dataset?: string
  measure?: string
  /** One for which the measure leaves rows out: exactly these are given. */
  reason?: string
  columns?: string[]
  filters?: Filters
  order?: string
  cursor?: string
  limit?: number
}

export interface RowItem {
  ocid?: string
  kind: string
  id: string
  title: string
  path: string
  provenance?: string
  cells: Row
}

export interface Rows {
  meta: Meta
  dataset: string
  measure?: string
  reason?: string
  columns: Column[]
  rows: RowItem[]
  excluded?: { measure: string; reason: string; title: string; rows: number }[]
  choices?: Column[]
  next?: string
}

export interface Related {
  relation?: string
  kind: string
  id: string
  title: string
  path?: string
}

export interface Fact {
  id: string
  title: string
  type: string
  value: string
  unit?: string
  field?: string
  member?: Member
  path?: string
}

export interface Event {
  date: string
  kind: string
  title: string
  text?: string
  amount?: string
  currency?: string
  ocid: string
  path?: string
  actor?: Related
  documents?: { title: string; url?: string; type?: string }[]
}

export interface Change {
  pointer: string
  before: string | null
  after: string | null
}

export interface Version {
  release: string
  ocid: string
  date: string
  tags: string[]
  changes: Change[]
  changeCount: number
  path: string
}

export interface Entity {
  meta: Meta
  kind: string
  id: string
  path: string
  title: string
  /** By language, as far as the data have them. */
  names: Record<string, string>
  ocid?: string
  facts: Fact[]
  numbers: { measure: string; title: string; type: Column['type']; unit: string; value: Value; excluded?: { reason: string; title: string; rows: number }[]; query: ReadyQuery }[]
  questions: { id: string; kind: string; title: string; query: ReadyQuery }[]
  lists: { id: string; title: string; count: number; query: RowsQuery }[]
  timeline: Event[]
  versions: Version[]
  flags: { id: string; name: string; definition: string; legalBasis?: string; count: number; rows: RowsQuery }[]
  related: Related[]
  links: { portal?: string; provenance?: string; record?: string; feed?: string }
}

export interface Result {
  type: string
  id: string
  ocid?: string
  title: string
  names: Record<string, string>
  context?: string
  date?: string
  path: string
}

export interface Found {
  meta: Meta
  results: Result[]
  corrected?: string
  more?: boolean
}

export interface Report {
  title?: string
  query: ReadyQuery
  /** How many of the last dimensions are columns of a pivot. */
  columns?: number
  chart?: string
  screen?: string
}

export interface SavedReport {
  id: string
  report: Report
  path: string
}

export interface FormCell {
  value: Value
  absent?: boolean
  measure?: string
  filters?: Filters
}

export interface Form {
  meta: Meta
  form: string
  title: string
  period: string
  legalBasis: string
  notes?: string[]
  columns: { number: number; title: string; absent?: boolean }[]
  rows: { code: string; title: string; unit: string; level?: number; cells: FormCell[] }[]
}

export interface FormIndex {
  meta: Meta
  forms: { id: string; title: string; legalBasis: string; periods: string[] }[]
  editions: { form: string; period: string; snapshot: string; asOf: string; files: { lang: string; mediaType: string; url?: string; bytes: number; sha256: string }[] }[]
}

export interface Provenance {
  ocid: string
  releases: {
    id: string
    date: string
    tag: string[]
    mappingVersion: string
    documents: { entity: string; id: string; hash: string; url: string; origin: string; fetchedAt: string }[]
  }[]
}

export interface Status {
  snapshot: string
  /** When the snapshot became current. */
  published?: string
  /** The newest change of the source in it. */
  date?: string
  waiting: { consumer: string; messages: number }[]
  processes: number
  quarantined: number
  entities: { entity: string; source: number; stored: number; quarantined: number }[]
}

/** What changed between two snapshots: columns lots, lots.change, lots.newData, lots.correction and lots.method. */
export interface Diff extends Answer {
  processes: { new: number; updated: number; removed: number }
  versions: { name: string; from: string; to: string }[]
}

export type { Problem }

/** A query with the same over another selection beside it: columns lots, lots.compare, lots.change and lots.growth. */
export function comparisonPath(q: Query, other: Filters): string {
  const p = new URLSearchParams(queryPath(q).slice('/query?'.length))
  for (const [field, values] of Object.entries(other)) for (const value of values) p.append('compare.' + field, value)
  return '/query?' + p
}

export const comparison = (q: Query, other: Filters, signal?: AbortSignal) => get<Answer>(comparisonPath(q, other), signal)

export const entity = (path: string, lang: Lang, signal?: AbortSignal) => get<Entity>(`${path}?lang=${lang}`, signal)

export function rowsPath(q: RowsQuery, lang: Lang, format?: string): string {
  const p = new URLSearchParams()
  for (const name of ['dataset', 'measure', 'reason', 'order', 'cursor'] as const) if (q[name]) p.set(name, q[name])
  if (q.columns?.length) p.set('columns', q.columns.join(','))
  if (q.limit) p.set('limit', String(q.limit))
  for (const [k, v] of toParams(q.filters ?? {})) p.append(k, v)
  p.set('lang', lang)
  if (format) p.set('format', format)
  return '/rows?' + p
}

export const rows = (q: RowsQuery, lang: Lang, signal?: AbortSignal) => get<Rows>(rowsPath(q, lang), signal)

/** A feed of what is new among the rows, or among what a search finds. */
export function followPath(of: RowsQuery | { q: string }, lang: Lang, format: 'atom' | 'json'): string {
  const p = 'q' in of ? new URLSearchParams({ q: of.q, lang }) : new URLSearchParams(rowsPath({ dataset: of.dataset, filters: of.filters }, lang).slice('/rows?'.length))
  return `/feeds/${format}?${p}`
}

export interface Threshold {
  measure: string
  /** 1000000.., ..0.5 or 10..500 */
  within: string
  /** Dimension whose members are followed one by one. */
  by?: string | undefined
  filters: Filters
}

/** A feed that tells when a figure comes to lie within bounds. */
export function thresholdPath(of: Threshold, lang: Lang, format: 'atom' | 'json'): string {
  const p = new URLSearchParams({ [`having.${of.measure}`]: of.within, ...(of.by ? { dimensions: of.by } : {}) })
  for (const [k, v] of toParams(of.filters)) p.append(k, v)
  p.set('lang', lang)
  return `/feeds/${format}?${p}`
}

/** The address of the page that shows the rows. */
export function rowsPage(q: RowsQuery, lang: Lang): string {
  const { cursor: _, limit: __, ...rest } = q
  const p = new URLSearchParams(rowsPath(rest, lang).slice('/rows?'.length))
  p.delete('lang')
  return `/${lang}/rows?${p}`
}

export function search(q: string, lang: Lang, types: string[] = [], limit = 20, signal?: AbortSignal): Promise<Found> {
  const p = new URLSearchParams({ q, lang, limit: String(limit) })
  if (types.length) p.set('type', types.join(','))
  return get('/search?' + p, signal)
}

export const saveReport = (report: Report) => get<SavedReport>('/reports/saved', undefined, report)
export const savedReport = (id: string, signal?: AbortSignal) => get<SavedReport>('/reports/saved/' + encodeURIComponent(id), signal)
export const forms = (lang: Lang, signal?: AbortSignal) => get<FormIndex>('/reports?lang=' + lang, signal)
export const formPath = (id: string, period: string, lang: Lang) => `/reports/${encodeURIComponent(id)}?period=${encodeURIComponent(period)}&lang=${lang}`
export const form = (id: string, period: string, lang: Lang, signal?: AbortSignal) => get<Form>(formPath(id, period, lang), signal)
export const provenance = (ocid: string, signal?: AbortSignal) => get<Provenance>('/provenance/' + encodeURIComponent(ocid), signal)
export const diff = (from: string, to: string, measures: string[], lang: Lang, signal?: AbortSignal) =>
  get<Diff>(`/diff/${encodeURIComponent(from)}/${encodeURIComponent(to)}?measures=${measures.join(',')}&lang=${lang}`, signal)
export const status = (signal?: AbortSignal) => get<Status>('/status', signal)

const pages: Record<string, string> = {
  buyer: 'buyers',
  contractBuyer: 'buyers',
  bidder: 'suppliers',
  winner: 'suppliers',
  awardSupplier: 'suppliers',
  supplier: 'suppliers',
  region: 'regions',
  class: 'categories',
  subclass: 'categories',
  itemGroup: 'categories',
  itemKind: 'categories',
  item: 'categories',
}

/** The page of a member of a dimension, where members of it have one. */
export function memberPage(dimension: string, id: string, lang: Lang): string | undefined {
  const folder = pages[dimension]
  return folder && id && id !== '~' ? `/${lang}/${folder}/${encodeURIComponent(id)}` : undefined
}


