import { describe, expect, it } from 'vitest'
import type { Status } from './answers'
import { aspects, health } from './health'

const now = Date.parse('2026-07-24T12:00:00Z')
const well: Status = {
  snapshot: 'a',
  published: '2026-07-24T11:30:00Z',
  date: '2026-07-23T12:00:00Z',
  processes: 990,
  quarantined: 10,
  entities: [
    { entity: 'lots', source: 20, stored: 19, quarantined: 1 },
    { entity: 'act', source: 5, stored: 6, quarantined: 0 },
  ],
  waiting: [
    { consumer: 'transformer-source', messages: 7 },
    { consumer: 'publisher-ocds', messages: 3 },
  ],
}
const judged = (status: Status) => Object.fromEntries(health(status, now).map((h) => [h.aspect, [h.value, h.good]]))

describe('the state of the service', () => {
  it('tells every aspect', () => expect(health(well, now).map((h) => h.aspect)).toEqual([...aspects]))
  it('is good', () => expect(judged(well)).toEqual({ freshness: [1440, true], snapshot: [30, undefined], lag: [7, true], completeness: [0, true], quarantine: [10, true] }))
  it('is not where a promise is broken', () =>
    expect(
      judged({
        ...well,
        date: '2026-07-20T11:59:00Z',
        quarantined: 11,
        entities: [
          { entity: 'lots', source: 20, stored: 18, quarantined: 1 },
          { entity: 'act', source: 5, stored: 6, quarantined: 0 }, // more than counted does not make up for it
        ],
        waiting: [{ consumer: 'publisher-ocds', messages: 100_001 }],
      }),
    ).toEqual({ freshness: [5761, false], snapshot: [30, undefined], lag: [100_001, false], completeness: [1, false], quarantine: [11, false] }))
  it('is unknown before anything is published', () =>
    expect(judged({ snapshot: '', processes: 0, quarantined: 0, entities: [], waiting: [] })).toEqual({
      freshness: [undefined, undefined],
      snapshot: [undefined, undefined],
      lag: [undefined, undefined],
      completeness: [undefined, undefined],
      quarantine: [0, undefined],
    }))
})
