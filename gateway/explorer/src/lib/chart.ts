// Horizontal bars, columns and lines in ECharts, imported by parts. The chart
// draws; what it shows, and the table beside it, come from the same rows.
import { BarChart } from 'echarts/charts'
import { GridSimpleComponent } from 'echarts/components'
import { init, use, type ComposeOption, type ECharts } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import type { BarSeriesOption, LineSeriesOption } from 'echarts/charts'
import type { GridComponentOption } from 'echarts/components'
import { colour, middle, type Mark } from './mark'

use([BarChart, GridSimpleComponent, CanvasRenderer])

type Option = ComposeOption<BarSeriesOption | LineSeriesOption | GridComponentOption>

export interface Drawing {
  shape: 'bars' | 'columns' | 'line'
  marks: Mark[]
  /** How many bars or lines each mark has, side by side. */
  series: number
  format: (n: number) => string
  note: (mark: Mark) => string[]
}

export const font = { fontFamily: 'Golos Text, Noto Sans, sans-serif', fontSize: 12 }

const fills = { plain: '--mark', selected: '--mark-selected', dim: '--mark-dim', other: '--mark-dim' } as const

function style(m: Mark, series: number) {
  const shaded = m.shade !== undefined && m.state !== 'selected' && m.state !== 'dim'
  return {
    color: colour(shaded ? `--shade-${m.shade}` : series && m.state !== 'dim' ? '--mark-second' : fills[m.state]),
    // A period that is not over is hatched: its bar will still grow.
    ...(m.partial ? { decal: { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [3, 4], rotation: -0.8, color: colour('--card') } } : {}),
  }
}

/** A few names are all written, broken or turned where they are long; of many as many as there is room for. */
function written(marks: Mark[], room: number) {
  if (marks.length > 13) return { hideOverlap: true }
  const longest = Math.max(...marks.map((m) => m.label.length)) * 6.6
  if (longest > room && room < 60) return { interval: 0, rotate: 60 }
  return { interval: 0, width: Math.max(24, room - 6), overflow: 'break' as const }
}

export function option({ shape, marks, series, format }: Drawing, width: number): Option {
  const ink = colour('--ink')
  const soft = colour('--ink-soft')
  // The rest is often longer than all ranked marks together and would flatten
  // them: it is written, not drawn.
  const data = Array.from({ length: series }, (_, i) => marks.map((m) => ({ value: m.state === 'other' ? 0 : (m.sizes[i] ?? 0), itemStyle: style(m, i) })))
  const names = { type: 'category' as const, axisTick: { show: false }, axisLine: { lineStyle: { color: colour('--rule') } } }
  const values = { type: 'value' as const, min: (of: { min: number }) => Math.min(0, of.min), splitLine: { lineStyle: { color: colour('--rule') } } }
  const base: Option = {
    animation: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    animationDuration: 150,
    animationDurationUpdate: 150,
    textStyle: font,
  }
  if (shape === 'bars') {
    const room = Math.min(420, Math.max(120, width * 0.5))
    return {
      ...base,
      grid: { left: 8, right: 76, top: 4, bottom: 4, containLabel: false, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      xAxis: { ...values, show: false },
      yAxis: {
        ...names,
        inverse: true,
        axisLine: { show: false },
        data: marks.map((m) => m.label),
        axisLabel: { color: ink, width: room, overflow: 'truncate', formatter: (s: string) => middle(s, Math.floor(room / 6.9)) },
      },
      series: data.map((of, i) => ({
        type: 'bar',
        data: of,
        barCategoryGap: '22%',
        barGap: '10%',
        barMaxWidth: 22,
        label: { show: true, position: 'right', color: ink, ...font, formatter: (p) => marks[p.dataIndex]!.short[i] ?? '' },
      })),
    }
  }
  return {
    ...base,
    grid: { left: 8, right: 24, top: 12, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: { ...names, data: marks.map((m) => m.label), axisLabel: { color: soft, ...written(marks, (width - 60) / marks.length) } },
    yAxis: { ...values, axisLabel: { color: soft, formatter: (n: number) => format(n) } },
    series: data.map((of, i) =>
      shape === 'line'
        ? {
            type: 'line',
            data: of,
            showSymbol: marks.length < 40,
            symbolSize: 5,
            lineStyle: { color: colour(i ? '--mark-second' : '--mark'), width: 2 },
            areaStyle: i ? undefined : { color: colour('--mark'), opacity: 0.12 },
          }
        : { type: 'bar', data: of, barCategoryGap: '18%', barMaxWidth: 48 },
    ),
  }
}

let lines = false

/** Lines come when there is one to draw. A chart that was made before can't draw them. */
export async function complete(drawing: Drawing) {
  if (drawing.shape !== 'line' || lines) return
  ;(await import('./chart-line')).add()
  lines = true
}

export interface Acts {
  /** The mark under the pointer and where the pointer is, or none. */
  point: (index: number | undefined, x: number, y: number) => void
  pick: (index: number, extend: boolean) => void
  /** Present where marks are in order: all from one to another were dragged over. */
  brush?: (from: number, to: number) => void
}

/** Draws into an element and follows its size and the theme; hands on what the pointer does. */
export class Plot {
  #chart: ECharts
  #acts: Acts
  #canvas: HTMLElement
  #lines = lines
  #wanted?: Drawing
  #drawing?: Drawing
  #observer: ResizeObserver
  #theme: MutationObserver
  #band: HTMLElement

  constructor(element: HTMLElement, acts: Acts) {
    this.#acts = acts
    this.#canvas = element.appendChild(document.createElement('div'))
    this.#canvas.className = 'chart-canvas'
    this.#band = element.appendChild(document.createElement('div'))
    this.#band.className = 'chart-band'
    this.#band.hidden = true
    this.#chart = this.#make()
    this.#observer = new ResizeObserver(() => {
      this.#chart.resize()
      this.#paint()
    })
    this.#observer.observe(element)
    this.#theme = new MutationObserver(() => this.#paint())
    this.#theme.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  }

  async draw(drawing: Drawing) {
    this.#wanted = drawing
    await complete(drawing)
    if (this.#wanted !== drawing || this.#chart.isDisposed()) return
    if (drawing.shape === 'line' && !this.#lines) {
      this.#chart.dispose()
      this.#chart = this.#make()
      this.#lines = true
    }
    this.#drawing = drawing
    this.#paint()
  }

  #make(): ECharts {
    const chart = init(this.#canvas, null, { renderer: 'canvas' })
    this.#listen(chart, this.#acts)
    return chart
  }

  /** Where a mark stands: the end of its bar. */
  place(index: number): { x: number; y: number } {
    const bars = this.#drawing?.shape === 'bars'
    const size = this.#drawing?.marks[index]?.sizes[0] ?? 0
    const [x, y] = this.#chart.convertToPixel({ gridIndex: 0 }, bars ? [size, index] : [index, size]) as [number, number]
    return { x, y }
  }

  /** The mark whose band, not only whose bar, a point lies in. */
  #index(x: number, y: number): number | undefined {
    if (!this.#drawing?.marks.length) return undefined
    const [across, down] = this.#chart.convertFromPixel({ gridIndex: 0 }, [x, y]) as [number, number]
    const index = Math.round(this.#drawing.shape === 'bars' ? down : across)
    return index >= 0 && index < this.#drawing.marks.length ? index : undefined
  }

  #listen(chart: ECharts, { point, pick, brush }: Acts) {
    const zr = chart.getZr()
    let from: { index: number; x: number } | undefined
    zr.on('mousedown', (e) => {
      const index = this.#index(e.offsetX, e.offsetY)
      from = index === undefined ? undefined : { index, x: e.offsetX }
    })
    zr.on('mousemove', (e) => {
      const dragged = from && brush && Math.abs(e.offsetX - from.x) > 6
      point(dragged ? undefined : this.#index(e.offsetX, e.offsetY), e.offsetX, e.offsetY)
      this.#band.hidden = !dragged
      if (!from || !dragged) return
      this.#band.style.left = Math.min(from.x, e.offsetX) + 'px'
      this.#band.style.width = Math.abs(from.x - e.offsetX) + 'px'
    })
    zr.on('mouseup', (e) => {
      const start = from
      from = undefined
      if (!start) return
      const dragged = !this.#band.hidden
      this.#band.hidden = true
      const to = this.#index(e.offsetX, e.offsetY)
      if (!dragged) {
        if (to === start.index) pick(to, (e.event as unknown as MouseEvent).shiftKey)
        return
      }
      // A drag that ends beside the axis takes all on that side.
      const end = to ?? (e.offsetX < start.x ? 0 : (this.#drawing?.marks.length ?? 1) - 1)
      brush?.(Math.min(start.index, end), Math.max(start.index, end))
    })
    zr.on('globalout', () => {
      point(undefined, 0, 0)
      from = undefined
      this.#band.hidden = true
    })
  }

  #paint() {
    if (this.#drawing) this.#chart.setOption(option(this.#drawing, this.#chart.getWidth()), { notMerge: true })
  }

  dispose() {
    this.#observer.disconnect()
    this.#theme.disconnect()
    this.#chart.dispose()
  }
}
