// Which snapshot is the newest that the page has heard of: every answer tells,
// and a page that only stands there asks.
import type { Meta } from './api'

type Snapshot = Pick<Meta, 'snapshot' | 'asOf'>

let newest = $state.raw<Snapshot>()

export const version = {
  get newest() {
    return newest
  },
  /** Answers come in any order: what is older than the newest says nothing new. */
  heard({ snapshot, asOf }: Snapshot) {
    if (snapshot && (!newest || asOf > newest.asOf)) newest = { snapshot, asOf }
  },
}
