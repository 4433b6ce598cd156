// The way of a selection, back and forth: what undo and redo walk on. Newest
// steps are kept; a new step after an undo forgets what was undone.

export interface Steps<T> {
  readonly past: readonly T[]
  readonly now: T
  readonly undone: readonly T[]
}

const most = 100

export const begin = <T>(now: T): Steps<T> => ({ past: [], now, undone: [] })

export function step<T>(steps: Steps<T>, next: T, same: (a: T, b: T) => boolean): Steps<T> {
  return same(steps.now, next) ? steps : { past: [...steps.past, steps.now].slice(-most), now: next, undone: [] }
}

export function undo<T>({ past, now, undone }: Steps<T>): Steps<T> {
  const last = past.at(-1)
  return last === undefined ? { past, now, undone } : { past: past.slice(0, -1), now: last, undone: [now, ...undone] }
}

export function redo<T>({ past, now, undone }: Steps<T>): Steps<T> {
  const [next, ...rest] = undone
  return next === undefined ? { past, now, undone } : { past: [...past, now], now: next, undone: rest }
}
