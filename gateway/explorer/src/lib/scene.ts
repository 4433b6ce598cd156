// Drawings that are made of plain shapes: a map, a treemap, a matrix, a funnel.
// A scene is laid out here and drawn by Marks.svelte, or written as SVG.
import { hierarchy, treemap, treemapSquarify } from 'd3-hierarchy'
import { middle, type Mark } from './mark'

export interface Words {
  x: number
  y: number
  text: string
  size: number
  anchor?: 'start' | 'middle' | 'end'
  /** Name of a colour of the theme. */
  fill: string
  bold?: boolean
  /** Written from below upwards, beginning at its point. */
  upright?: boolean
}

export interface Item {
  /** Which of the marks it stands for; none for what can't be chosen. */
  mark?: number
  path?: { d: string; scale: number; down?: number }
  box?: { x: number; y: number; width: number; height: number }
  circle?: { x: number; y: number; radius: number }
  /** Name of a colour of the theme. */
  fill: string
  hatched?: boolean
  words?: Words[]
}

export interface Scene {
  width: number
  height: number
  items: Item[]
  words: Words[]
}

/** Width of a text of the page's font, near enough to place it. */
export const wide = (text: string, size: number) => text.length * size * 0.58

const fill = (mark: Mark) => (mark.state === 'selected' ? '--mark-selected' : mark.state === 'dim' || mark.shade === undefined ? '--mark-dim' : `--shade-${mark.shade}`)
const on = (mark: Mark) => (mark.state === 'selected' ? '--on-selected' : mark.state === 'dim' || mark.shade === undefined ? '--ink' : `--on-${mark.shade}`)

export interface Regions {
  width: number
  height: number
  /** `room` is how wide a country is: what is too narrow for its figure is told by its mark alone. */
  regions: { id: string; city?: boolean; x: number; y: number; room?: number; d: string }[]
}

/** The regions of a country or of the world, each in the colour of its mark; as circles cities and the smallest countries, because they are small and matter. */
export function map(regions: Regions, marks: Mark[], width: number): Scene {
  const scale = width / regions.width
  const of = new Map(marks.map((m, i) => [m.id, i]))
  const items = regions.regions.map((r): Item => {
    // What has no code of its own is no mark.
    const index = r.id ? of.get(r.id) : undefined
    const mark = index === undefined ? undefined : marks[index]
    const size = width < 500 ? 9 : 11
    const room = (r.room ?? Infinity) * scale
    const dot = r.city ? Math.max(6, width / 90) : mark && room < 10 ? 5 : 0
    return {
      mark: index,
      ...(dot ? { circle: { x: r.x * scale, y: r.y * scale, radius: dot } } : { path: { d: r.d, scale } }),
      fill: mark ? fill(mark) : r.room ? '--rule' : '--paper',
      words: dot || !mark || wide(mark.short[0] ?? '', size) > room ? [] : [{ x: r.x * scale, y: r.y * scale + size / 3, text: mark.short[0] ?? '', size, anchor: 'middle', fill: on(mark) }],
    }
  })
  // Cities lie on top of the regions around them.
  const flat = items.filter((i) => i.path)
  return { width, height: regions.height * scale, items: [...flat, ...items.filter((i) => i.circle)], words: [] }
}

/** Rectangles whose areas are the sizes of the marks; what is no positive size has no place. */
export function boxes(marks: Mark[], width: number, height: number): Scene {
  const root = hierarchy<{ index: number; children?: { index: number }[] }>({
    index: -1,
    children: marks.flatMap((m, index) => ((m.sizes[0] ?? 0) > 0 ? [{ index }] : [])),
  }).sum((d) => (d.index < 0 ? 0 : (marks[d.index]!.sizes[0] ?? 0)))
  const placed = treemap<{ index: number }>().tile(treemapSquarify).size([width, height]).paddingInner(2).round(true)(root)
  const items = (placed.children ?? []).map((node): Item => {
    const mark = marks[node.data.index]!
    const [w, h] = [node.x1 - node.x0, node.y1 - node.y0]
    const letters = Math.floor((w - 12) / (12 * 0.63))
    const words: Words[] = []
    if (letters >= 5 && h >= 22) words.push({ x: node.x0 + 6, y: node.y0 + 16, text: middle(mark.label, letters), size: 12, fill: on(mark), bold: true })
    if (words.length && h >= 40 && wide(mark.short[0] ?? '', 12) < w - 8) words.push({ x: node.x0 + 6, y: node.y0 + 32, text: mark.short[0] ?? '', size: 12, fill: on(mark) })
    return { mark: mark.state === 'other' ? undefined : node.data.index, box: { x: node.x0, y: node.y0, width: w, height: h }, fill: fill(mark), words }
  })
  return { width, height, items, words: [] }
}

export interface Step {
  label: string
  /** All of the step, and the part of it that stands in the chain. */
  total: number
  matched: number
  short: string
  /** What is said of the rest: plan without fact, fact without plan. */
  rest: string
}

/**
 * Steps one under the other. Of each the part that stands in the chain is plain
 * (mark 2i), and what does not is hatched (mark 2i + 1).
 */
export function funnel(steps: Step[], width: number): Scene {
  const left = Math.min(190, width * 0.34)
  const most = Math.max(1, ...steps.map((s) => s.total))
  const long = Math.max(40, width - left - 96)
  const high = 34
  const gap = 30
  const items: Item[] = []
  const words: Words[] = []
  steps.forEach((s, i) => {
    const y = i * (high + gap)
    const whole = (s.total / most) * long
    const part = (s.matched / most) * long
    words.push({ x: 0, y: y + high / 2 + 4, text: middle(s.label, Math.floor(left / 7)), size: 12, fill: '--ink' })
    items.push({ mark: 2 * i, box: { x: left, y, width: Math.max(1, part), height: high }, fill: '--mark' })
    if (whole - part > 0.5) items.push({ mark: 2 * i + 1, box: { x: left + part, y, width: whole - part, height: high }, fill: '--mark-second', hatched: true })
    words.push({ x: left + Math.max(whole, 1) + 6, y: y + high / 2 + 4, text: s.short, size: 12, fill: '--ink', bold: true })
    if (s.rest) words.push({ x: left, y: y + high + 15, text: middle(s.rest, Math.floor((width - left) / 6.6)), size: 11, fill: '--ink-soft' })
  })
  return { width, height: steps.length * (high + gap), items, words }
}

/** A table of cells, each in the colour of its mark: rows by columns, `cells[row][column]`. */
export function matrix(rows: string[], columns: string[], cells: (number | undefined)[][], marks: Mark[], width: number): Scene {
  const left = Math.min(240, width * 0.34)
  const each = (width - left) / Math.max(1, columns.length)
  const high = 26
  // Names of columns stand upright where they would run into one another.
  const longest = Math.max(0, ...columns.map((c) => wide(c, 11)))
  const upright = longest > each - 4
  const top = upright ? Math.min(150, longest + 8) : 20
  const items: Item[] = []
  const words: Words[] = columns.map((c, i) => ({ x: left + (i + 0.5) * each + (upright ? 4 : 0), y: top - 7, text: upright ? middle(c, 23) : c, size: 11, anchor: upright ? ('start' as const) : ('middle' as const), fill: '--ink-soft', upright }))
  rows.forEach((name, r) => {
    const y = top + r * high
    words.push({ x: left - 6, y: y + 17, text: middle(name, Math.floor(left / 7.4)), size: 12, anchor: 'end', fill: '--ink' })
    cells[r]!.forEach((index, c) => {
      const box = { x: left + c * each + 1, y: y + 1, width: Math.max(1, each - 2), height: high - 2 }
      if (index === undefined) return void items.push({ box, fill: '--paper' })
      const mark = marks[index]!
      const short = mark.short[0] ?? ''
      const fits = wide(short, 11) < each - 4
      items.push({ mark: index, box, fill: fill(mark), words: fits ? [{ x: box.x + box.width / 2, y: y + 17, text: short, size: 11, anchor: 'middle', fill: on(mark) }] : [] })
    })
  })
  return { width, height: top + rows.length * high + 2, items, words }
}

/** The scene with the steps of its colours written over it. */
export function withLegend(scene: Scene, steps: { shade: number; words: string }[]): Scene {
  const high = 22
  let x = 0
  const items: Item[] = []
  const words: Words[] = []
  for (const s of steps) {
    items.push({ box: { x, y: 2, width: 11, height: 11 }, fill: `--shade-${s.shade}` })
    words.push({ x: x + 16, y: 12, text: s.words, size: 11, fill: '--ink' })
    x += 30 + wide(s.words, 11)
  }
  const down = (w: Words): Words => ({ ...w, y: w.y + high })
  const moved = scene.items.map((i): Item => ({
    ...i,
    ...(i.path ? { path: { ...i.path, down: high } } : {}),
    ...(i.box ? { box: { ...i.box, y: i.box.y + high } } : {}),
    ...(i.circle ? { circle: { ...i.circle, y: i.circle.y + high } } : {}),
    words: (i.words ?? []).map(down),
  }))
  return { width: scene.width, height: scene.height + high, items: [...items, ...moved], words: [...words, ...scene.words.map(down)] }
}

const escape = (text: string) => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!)

/** The scene as SVG elements, with the colours that the theme gives. */
export function svg(scene: Scene, colour: (name: string) => string): string {
  const words = (w: Words) =>
    `<text x="${w.x}" y="${w.y}" font-size="${w.size}"${w.anchor ? ` text-anchor="${w.anchor}"` : ''}${w.bold ? ' font-weight="600"' : ''}${upright(w)} fill="${colour(w.fill)}">${escape(w.text)}</text>`
  const shape = (i: Item, paint: string) => {
    if (i.path) return `<path d="${i.path.d}" transform="translate(0 ${i.path.down ?? 0}) scale(${i.path.scale})" vector-effect="non-scaling-stroke" ${paint}/>`
    if (i.box) return `<rect x="${i.box.x}" y="${i.box.y}" width="${i.box.width}" height="${i.box.height}" ${paint}/>`
    return i.circle ? `<circle cx="${i.circle.x}" cy="${i.circle.y}" r="${i.circle.radius}" ${paint}/>` : ''
  }
  const drawn = scene.items.map((i) => {
    const paint = `fill="${colour(i.fill)}" stroke="${colour('--card')}"`
    return shape(i, paint) + (i.hatched ? shape(i, 'fill="url(#hatch)"') : '') + (i.words ?? []).map(words).join('')
  })
  const hatch = `<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="3" height="6" fill="${colour('--card')}" opacity="0.6"/></pattern></defs>`
  return hatch + drawn.join('') + scene.words.map(words).join('')
}

/** Turns a text that stands upright about its own point. */
export const upright = (w: Words) => (w.upright ? ` transform="rotate(-90 ${w.x} ${w.y})"` : '')
