// How the service stands, judged by what its operators are alerted by
// (k8s/monitoring/rules.yaml): the page and the alerts agree.
import type { Status } from './answers'

export const aspects = ['freshness', 'snapshot', 'lag', 'completeness', 'quarantine'] as const
export type Aspect = (typeof aspects)[number]

export interface Health {
  aspect: Aspect
  /** Minutes for ages, messages for the lag, objects of the source, processes. */
  value: number | undefined
  /** Undefined where nothing is promised or nothing known. */
  good: boolean | undefined
}

/** What is promised: the portal is quiet on a weekend or a holiday, not for four days. */
export const most = { freshness: 4 * 24 * 60, lag: 100_000, completeness: 0, quarantine: 0.01 }

export function health(status: Status, now: number): Health[] {
  const age = (since: string | undefined) => (since ? Math.max(0, Math.floor((now - new Date(since).getTime()) / 60_000)) : undefined)
  const within = (value: number | undefined, limit: number) => (value === undefined ? undefined : value <= limit)
  const fresh = age(status.date)
  const lag = status.waiting.length ? Math.max(...status.waiting.map((w) => w.messages)) : undefined
  const missing = status.entities.length ? status.entities.reduce((sum, e) => sum + Math.max(0, e.source - e.stored - e.quarantined), 0) : undefined
  const all = status.processes + status.quarantined
  return [
    { aspect: 'freshness', value: fresh, good: within(fresh, most.freshness) },
    { aspect: 'snapshot', value: age(status.published), good: undefined },
    { aspect: 'lag', value: lag, good: within(lag, most.lag) },
    { aspect: 'completeness', value: missing, good: within(missing, most.completeness) },
    { aspect: 'quarantine', value: status.quarantined, good: all === 0 ? undefined : status.quarantined / all <= most.quarantine },
  ]
}
