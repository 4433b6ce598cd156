// The open API of the gateway, as far as the Explorer uses it. Types follow
// proto/analysis; what the page can ask, a program can ask.

import { sumsAreIn } from './number'
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
  /** The other selection of a comparison, as far as it differs. */
  compared?: { filters: Filters; rows: number }
}

export interface Column {
  id: string
  kind: 'dimension' | 'measure'
  type: 'code' | 'text' | 'date' | 'int' | 'money' | 'ratio' | 'number'
  unit?: string
  title: string
  /** The rows, with the rest, add up to the total. */
  additive?: boolean
  /** The measure that the column is made of, and how. */
  of?: string
  role?: 'compare' | 'change' | 'growth' | 'cumulative' | 'compareCumulative'
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
  type: Column['type']
  dataset: string
  excludes: { reason: string; title: string }[]
  legalBasis: string
  validFrom: string
  validTo?: string
  reference?: string
  /** The measure of which this is the reference methodology's own formula. */
  variantOf?: string
  denominator?: string
  additive: boolean
}

export interface Dimension {
  id: string
  name: string
  definition: string
  type: string
  datasets: string[]
  /** Its levels, coarse first. */
  hierarchy?: string[]
}

/** A field that can be filtered; where it is not among the datasets of a measure, it can't act on it. */
export interface Filter {
  id: string
  name: string
  type: string
  datasets: string[]
}

export interface Flag {
  id: string
  version: number
  name: string
  definition: string
  rule: string
  legalBasis: string
  validFrom: string
  validTo?: string
  sources?: string
  /** What the data lack to compute the flag; it is then never raised. */
  missing?: string
}

export interface Chart {
  id: string
  title: string
  kind: 'bars' | 'columns' | 'map' | 'world' | 'grouped' | 'histogram' | 'treemap' | 'matrix' | 'funnel'
  /** Dimension; `grain` and `level` stand for what the reader chose. */
  dimension: string
  /** The other dimension of a matrix. */
  by?: string
  /** None: the chosen indicator. */
  measures?: string[]
  /** Measure that colours the marks. */
  colour?: string
  /** Groups shown before the rest becomes "other". */
  limit: number
  /** Width in twelfths of the page. */
  width: number
}

export interface Table {
  id: string
  title: string
  /** Neither where rows are listed. */
  dimensions?: string[]
  measures?: string[]
  /** Measure whose rows are listed. */
  rows?: string
  /** The reader chooses dimensions and measures; these are the ones to begin with. */
  chosen?: boolean
}

/** The declaration of a dashboard: everything that a page needs to draw it. */
export interface Screen {
  id: string
  group: string
  title: string
  help: string
  tiles: string[]
  indicators?: string[]
  grains?: string[]
  levels?: string[]
  charts: Chart[]
  tables?: Table[]
  facets: string[]
  /** Date that the period filter is about. */
  period?: string
  /** Fields of yes or no. */
  toggles?: string[]
  /** Measure whose least and greatest value per group may be set. */
  range?: string
  /** Months of a year: a switch keeps those from the present one on. */
  onward?: string
  /** What is selected when the screen is opened. */
  selection?: Filters
}

export interface Catalog {
  meta: Meta
  measures: Measure[]
  dimensions: Dimension[]
  filters: Filter[]
  flags: Flag[]
  screens: Screen[]
  limits: { measures: number; dimensions: number; rows: number; filterValues: number; facetFields: number }
}

export interface QualityRow {
  rule?: string
  /** What the rule found; absent for rules of the standard's schema. */
  sentence?: Record<Lang, string>
  severity?: string
  field?: string
  buyer?: string
  day?: string
  processes: number
  concerned: number
  findings: number
  /** Share of processes without a finding, from 0 to 1. */
  score: number
}

export interface Quality {
  processes: number
  rows: QualityRow[]
  cut: boolean
}

export interface Completeness {
  entity: string
  source: number
  stored: number
  checkedAt: string
  differing: Record<string, number>
  days: { day: string; source: number; stored: number }[] | null
  examples: { id: string; state: string }[] | null
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

/** Asks the open API, or with a body tells it something; a refusal or no answer is a Problem. */
export async function get<T>(path: string, signal?: AbortSignal, body?: unknown): Promise<T> {
  let response: Response
  try {
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    response = await fetch(root + path, { signal, headers: { Accept: 'application/json', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) }, ...sent })
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

let heard: (of: Pick<Meta, 'snapshot' | 'asOf'>) => void = () => {}
/** Who wants to know of which snapshot the answers are. */
export const listen = (to: typeof heard) => void (heard = to)
function told<T extends { meta: Meta }>(answer: T): T {
  heard(answer.meta)
  return answer
}

export interface Query {
  measures: string[]
  dimensions?: string[]
  filters: Filters
  /** Groups are kept whose measure lies in a range: { lots: '10..500' }. */
  having?: Record<string, string>
  order?: string
  limit?: number
  lang: Lang
  /** Every measure over another period too: the one before, or the same a year before. */
  compare?: Comparison
  /** Running sums along the first dimension, a date. */
  cumulative?: boolean
}

export type Comparison = 'previous' | 'year'
export const formats = ['csv', 'xlsx', 'parquet', 'json'] as const
export type Format = (typeof formats)[number]

/** Address of a query, relative to the origin: also the "API" link of a block. */
export function queryPath(q: Query, format?: Format): string {
  const p = new URLSearchParams({ measures: q.measures.join(',') })
  if (q.dimensions?.length) p.set('dimensions', q.dimensions.join(','))
  if (q.order) p.set('order', q.order)
  if (q.limit) p.set('limit', String(q.limit))
  for (const [k, v] of toParams(q.filters)) p.append(k, v)
  for (const [k, v] of Object.entries(q.having ?? {})) p.set('having.' + k, v)
  if (q.compare) p.set('compare', q.compare)
  if (q.cumulative) p.set('cumulative', 'true')
  p.set('lang', q.lang)
  if (format) p.set('format', format)
  return '/query?' + p
}

export const query = async (q: Query, signal?: AbortSignal) => told(await get<Answer>(queryPath(q), signal))

export interface FacetsQuery {
  fields: string[]
  /** Whose rows are counted. */
  dataset: string
  filters: Filters
  search?: Record<string, string>
  limit?: number
}

export function facets(q: FacetsQuery, lang: Lang, signal?: AbortSignal): Promise<{ meta: Meta; facets: Facet[] }> {
  const p = new URLSearchParams({ fields: q.fields.join(','), dataset: q.dataset, limit: String(q.limit ?? 50), lang })
  for (const [k, v] of toParams(q.filters)) p.append(k, v)
  for (const [k, v] of Object.entries(q.search ?? {})) if (v) p.set('search.' + k, v)
  return get<{ meta: Meta; facets: Facet[] }>('/facets?' + p, signal).then(told)
}

export async function catalog(lang: Lang, signal?: AbortSignal): Promise<Catalog> {
  const answer = told(await get<Catalog>('/catalog?lang=' + lang, signal))
  const money = answer.measures.find((m) => m.type === 'money')
  if (money) sumsAreIn(money.unit)
  return answer
}
/** Whether there is a newer snapshot than the page shows. */
export const current = async () => {
  const { snapshot, date } = await get<{ snapshot: string; date: string }>('/status')
  heard({ snapshot, asOf: date })
}
export const site = () => get<Site>('/site')
export const bulk = (signal?: AbortSignal) => get<Bulk>('/bulk', signal)
export const quality = (by: 'rule' | 'field' | 'buyer' | 'day', signal?: AbortSignal) => get<Quality>(`/quality?by=${by}&limit=200`, signal)
export const completeness = (signal?: AbortSignal) => get<{ entities: Completeness[] }>('/completeness', signal)
