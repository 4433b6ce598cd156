// The open API of the gateway, as far as the Explorer uses it. Types follow
// proto/analysis; what the page can ask, a program can ask.

import { toParams, type Filters } from './selection'

export type Lang = 'kk' | 'ru' | 'en'

export interface Meta {
  snapshot: string
  asOf: string
  lang: string
  dataset?: string
  definitions?: { id: string; version: number }[]
  excluded?: { measure: string; reason: string; title: string; rows: number }[]
  rows: number
  elapsedMs: number
}

export interface Column {
  id: string
  kind: 'dimension' | 'measure'
  type: 'code' | 'text' | 'date' | 'int' | 'money' | 'ratio'
  unit?: string
  title: string
  /** The rows, with the rest, add up to the total. */
  additive?: boolean
}

export interface Member {
  id: string
  label: string
}

/** A measure: a count, exact decimal text, or null where it can't be computed. */
export type Value = number | string | null

export interface Row {
  [column: string]: Member | Value
}

export interface Answer {
  meta: Meta
  columns: Column[]
  rows: Row[]
  /** `groups`, and every measure over the groups beyond the limit. */
  other?: Record<string, Value>
  totals: Record<string, Value>
}

export interface FacetValue {
  id: string
  label: string
  count: number
  state: 'selected' | 'possible' | 'excluded'
}

export interface Facet {
  field: string
  title: string
  total: number
  values: FacetValue[]
}

export interface Measure {
  id: string
  version: number
  name: string
  definition: string
  formula: string
  grain: string
  unit: string
  type: string
  dataset: string
  excludes: { reason: string; title: string }[]
  legalBasis: string
  validFrom: string
  reference?: string
}

export interface Dimension {
  id: string
  name: string
  definition: string
  type: string
  datasets: string[]
}

export interface Catalog {
  meta: Meta
  measures: Measure[]
  dimensions: Dimension[]
}

export interface Site {
  bucket: string
  portal: string
  license: string
}

export interface BulkFile {
  name: string
  url: string
  bytes: number
  rows: number
  sha256: string
}

/** The published data set: proto/publication, Bulk, as far as the page shows it. */
export interface Bulk {
  id: string
  date: string
  publisher: { name: string; uri?: string }
  license: string
  publicationPolicy?: string
  sourceWindow: { from: string; to: string }
  counts: { processes: number; releases: number }
  cursor: string
  manifestUrl: string
  checksumsUrl: string
  signatureUrl?: string
  keyUrl?: string
  current: boolean
  permanentUrl: string
  cited: boolean
  published: string
  title: Record<Lang, string>
  description: Record<Lang, string>
  /** ISO 8601 duration between two publications. */
  frequency: string
  citation: Record<Lang, string>
  objects: { table: string; rows: number; bytes: number }[]
  quality?: { quarantined: number; findings?: { rule: string; severity: string; count: number }[] }
  years: { year: string; files: BulkFile[] }[]
  changelog: { id: string; published: string; processes: number; cited: boolean }[]
  jsonLd: Record<Lang, unknown>
}

/** What the API said when it refused, or that it could not be reached. */
export class Problem extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly remedy?: string,
  ) {
    super(message)
  }
}

export const root = '/api/v1'

async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  let response: Response
  try {
    response = await fetch(root + path, { signal, headers: { Accept: 'application/json' } })
  } catch (cause) {
    if (signal?.aborted) throw cause
    throw new Problem('network', 0)
  }
  if (!response.ok) {
    const problem = (await response.json().catch(() => ({}))) as { detail?: string; title?: string; remedy?: string }
    throw new Problem(problem.detail ?? problem.title ?? response.statusText, response.status, problem.remedy)
  }
  return (await response.json()) as T
}

export interface Query {
  measures: string[]
  dimensions?: string[]
  filters: Filters
  order?: string
  limit?: number
  lang: Lang
}

/** Address of a query, relative to the origin: also the "API" link of a block. */
export function queryPath(q: Query, format?: 'csv'): string {
  const p = new URLSearchParams({ measures: q.measures.join(',') })
  if (q.dimensions?.length) p.set('dimensions', q.dimensions.join(','))
  if (q.order) p.set('order', q.order)
  if (q.limit) p.set('limit', String(q.limit))
  for (const [k, v] of toParams(q.filters)) p.append(k, v)
  p.set('lang', q.lang)
  if (format) p.set('format', format)
  return '/query?' + p
}

export const query = (q: Query, signal?: AbortSignal) => get<Answer>(queryPath(q), signal)

export function facets(
  fields: string[],
  filters: Filters,
  lang: Lang,
  search: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<{ meta: Meta; facets: Facet[] }> {
  const p = new URLSearchParams({ fields: fields.join(','), limit: '50', lang })
  for (const [k, v] of toParams(filters)) p.append(k, v)
  for (const [k, v] of Object.entries(search)) if (v) p.set('search.' + k, v)
  return get('/facets?' + p, signal)
}

export const catalog = (lang: Lang, signal?: AbortSignal) => get<Catalog>('/catalog?lang=' + lang, signal)
export const site = () => get<Site>('/site')
export const bulk = (signal?: AbortSignal) => get<Bulk>('/bulk', signal)
