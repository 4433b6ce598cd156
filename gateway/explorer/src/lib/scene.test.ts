import { describe, expect, it } from 'vitest'
import { middle, steps, type Mark } from './mark'
import regions from './regions.json'
import world from './world.json'
import { boxes, funnel, map, matrix, svg } from './scene'

const mark = (id: string, size: number, rest: Partial<Mark> = {}): Mark => ({ id, label: `name ${id}`, sizes: [size], short: [String(size)], exact: [String(size)], state: 'plain', ...rest })

describe('steps of a scale', () => {
  it('hold as many values each', () => {
    const { of, bounds } = steps([1, 2, 3, 4, 5, 6, 7, 8, 9, 1000])
    expect(bounds).toEqual([[1, 2], [3, 4], [5, 6], [7, 8], [9, 1000]])
    expect([1, 2, 3, 8, 9, 1000].map(of)).toEqual([0, 0, 1, 3, 4, 4])
  })
  it('are as many as there are different values, over the whole scale', () => {
    expect(steps([7, 7]).bounds).toEqual([[7, 7]])
    expect([7].map(steps([7, 7]).of)).toEqual([2])
    expect([1, 2].map(steps([2, 1, 2]).of)).toEqual([0, 4])
    expect(steps([]).bounds).toEqual([])
  })
})

it('a long name is cut in its middle', () => {
  expect(middle('short', 10)).toBe('short')
  expect(middle('department of transport of the city', 12)).toBe('departm…city')
})

describe('a map', () => {
  it('has all regions, cities on top, and marks where there are figures', () => {
    const scene = map(regions, [mark('10', 5, { shade: 4 }), mark('75', 3, { shade: 0 }), mark('~', 9)], 800)
    expect(regions.regions.length).toBe(20)
    expect(scene.items.length).toBe(20)
    expect(scene.items.slice(-3).every((i) => i.circle)).toBe(true)
    expect(scene.items.filter((i) => i.mark !== undefined).map((i) => i.mark)).toEqual([0, 1])
    expect(scene.height).toBe((regions.height * 800) / regions.width)
  })
})

describe('boxes', () => {
  it('have areas as the sizes are, within the frame and without overlap', () => {
    const marks = [mark('a', 60), mark('b', 30), mark('c', 10), mark('d', 0), mark('e', -5)]
    const { items } = boxes(marks, 400, 200)
    expect(items.map((i) => i.mark)).toEqual([0, 1, 2])
    const area = items.map((i) => i.box!.width * i.box!.height)
    expect(area[0]! / area[1]!).toBeCloseTo(2, 0)
    for (const { box } of items) expect(box!.x >= 0 && box!.y >= 0 && box!.x + box!.width <= 400 && box!.y + box!.height <= 200).toBe(true)
    for (const [i, a] of items.entries())
      for (const b of items.slice(i + 1)) expect(a.box!.x + a.box!.width <= b.box!.x || b.box!.x + b.box!.width <= a.box!.x || a.box!.y + a.box!.height <= b.box!.y || b.box!.y + b.box!.height <= a.box!.y).toBe(true)
  })
  it('of the rest are not chosen', () => expect(boxes([mark('a', 2), mark('', 1, { state: 'other' })], 200, 100).items.map((i) => i.mark)).toEqual([0, undefined]))
})

it('a funnel hatches what stands outside the chain', () => {
  const step = { label: 'Lots', short: '10', rest: 'without a plan: 4' }
  const { items, words } = funnel([{ ...step, total: 10, matched: 6 }, { ...step, total: 5, matched: 5, rest: '' }], 600)
  expect(items.map((i) => [i.mark, i.hatched ?? false])).toEqual([[0, false], [1, true], [2, false]])
  const [part, rest, full] = items.map((i) => i.box!)
  expect(part!.x + part!.width).toBeCloseTo(rest!.x)
  expect((part!.width + rest!.width) / full!.width).toBeCloseTo(2)
  expect(words.map((w) => w.text)).toContain('without a plan: 4')
})

it('a matrix leaves cells without a figure empty, and turns names that have no room', () => {
  const scene = matrix(['r1', 'r2'], ['a long name of a column', 'another long name'], [[0, undefined], [undefined, 1]], [mark('1', 1, { shade: 0 }), mark('2', 2, { shade: 4 })], 300)
  expect(scene.items.map((i) => i.mark)).toEqual([0, undefined, undefined, 1])
  expect(scene.words.filter((w) => w.upright).length).toBe(2)
  expect(matrix(['r1'], ['a'], [[0]], [mark('1', 1)], 300).words.some((w) => w.upright)).toBe(false)
})

it('a scene is written as SVG with its words escaped', () => {
  const text = svg({ width: 10, height: 10, items: [{ box: { x: 0, y: 0, width: 5, height: 5 }, fill: '--mark', hatched: true }], words: [{ x: 1, y: 2, text: '"A" & <b>', size: 12, fill: '--ink', upright: true }] }, (name) => `c(${name})`)
  expect(text).toContain('&quot;A&quot; &amp; &lt;b&gt;')
  expect(text).toContain('fill="c(--mark)"')
  expect(text).toContain('url(#hatch)')
  expect(text).toContain('rotate(-90 1 2)')
})

describe('a map of the world', () => {
  const drawn = (marks: Mark[], width = 1000) => map(world, marks, width).items
  it('has each country once, within its frame', () => {
    const ids = world.regions.map((r) => r.id).filter(Boolean)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ['KZ', 'RU', 'CN', 'KG', 'UZ', 'BY', 'AM']) expect(ids).toContain(id)
    for (const r of world.regions) {
      expect(r.d.startsWith('M') && r.d.endsWith('z'), r.id).toBe(true)
      expect(r.x > 0 && r.x < world.width && r.y > 0 && r.y < world.height, r.id).toBe(true)
    }
  })
  it('writes figures where they have room, and shows the smallest countries as dots', () => {
    const items = drawn([mark('RU', 5), mark('LU', 3), mark('AM', 1234567)])
    const of = (index: number) => items.find((i) => i.mark === index)!
    expect(of(0).words?.map((w) => w.text)).toEqual(['5'])
    expect(of(1).circle?.radius).toBe(5)
    expect(of(2).words).toEqual([])
  })
  it('gives the rest, which has no code, to no country', () => {
    expect(drawn([mark('', 9, { state: 'other' })]).every((i) => i.mark === undefined)).toBe(true)
  })
})
