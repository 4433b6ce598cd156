// A mark of a drawing: a bar, a column, a region, a cell. What it says is
// written out beforehand, so that a drawing only places it.

export interface Mark {
  id: string
  label: string
  /** One for each series, for the length of the bar only; what is written is `short` and `exact`. */
  sizes: number[]
  short: string[]
  exact: string[]
  /** Step of the scale of colours, 0 to 4. */
  shade?: number
  state: 'plain' | 'selected' | 'dim' | 'other'
  /** A period that is not over: its figure will still grow. */
  partial?: boolean
}

/** A colour of the theme by its name in the style sheet. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** Cuts a long name in the middle, where names of organisations differ least. */
export function middle(text: string, length: number): string {
  if (text.length <= length) return text
  const head = Math.ceil((length - 1) * 0.6)
  return text.slice(0, head).trimEnd() + '…' + text.slice(text.length - (length - 1 - head)).trimStart()
}

/**
 * The steps of a scale of colours, each with as many of the values as the
 * others: figures of regions and organisations differ by orders of magnitude,
 * and equal distances would paint all but one alike.
 */
export function steps(values: number[], count = 5): { of: (value: number) => number; bounds: [number, number][] } {
  const sorted = [...new Set(values)].sort((a, b) => a - b)
  const n = Math.min(count, sorted.length)
  const first = Array.from({ length: n }, (_, i) => Math.floor((i * sorted.length) / n))
  const bounds = first.map((at, i): [number, number] => [sorted[at]!, sorted[(first[i + 1] ?? sorted.length) - 1]!])
  const shade = (i: number) => (n < 2 ? 2 : Math.round((i * (count - 1)) / (n - 1)))
  return { bounds, of: (value) => shade(Math.max(0, bounds.findLastIndex(([least]) => value >= least))) }
}
