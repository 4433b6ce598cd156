import { describe, expect, it } from 'vitest'
import { begin, redo, step, undo, type Steps } from './steps'

const same = (a: string, b: string) => a === b
const walk = (...all: string[]) => all.slice(1).reduce((s, next) => step(s, next, same), begin(all[0]!))

describe('steps of a selection', () => {
  it('are undone and redone in order', () => {
    let s = walk('a', 'b', 'c')
    const seen = [s.now]
    for (const act of [undo, undo, undo, redo, redo, redo]) seen.push((s = act(s)).now)
    expect(seen).toEqual(['c', 'b', 'a', 'a', 'b', 'c', 'c'])
  })
  it('are not made of what changes nothing', () => expect(walk('a', 'a', 'a')).toEqual(begin('a')))
  it('after an undo forget what was undone', () => {
    const s = step(undo(walk('a', 'b')), 'c', same)
    expect([redo(s).now, undo(s).now]).toEqual(['c', 'a'])
  })
  it('are bounded', () => {
    let s: Steps<string> = walk(...Array.from({ length: 500 }, (_, i) => String(i)))
    expect(s.past.length).toBe(100)
    for (let i = 0; i < 200; i++) s = undo(s)
    expect(s.now).toBe('399')
  })
})
