// Horizontal bars and columns in ECharts, imported by parts. The chart draws;
// what it shows, and the table beside it, come from the same rows.
import { BarChart } from 'echarts/charts'
import { AriaComponent, DataZoomComponent, GridComponent, TooltipComponent } from 'echarts/components'
import { init, use, type ComposeOption, type ECharts } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import type { BarSeriesOption } from 'echarts/charts'
import type { DataZoomComponentOption, GridComponentOption, TooltipComponentOption } from 'echarts/components'

use([BarChart, GridComponent, TooltipComponent, DataZoomComponent, AriaComponent, CanvasRenderer])

type Option = ComposeOption<BarSeriesOption | GridComponentOption | TooltipComponentOption | DataZoomComponentOption>

export interface Mark {
  id: string
  label: string
  /** One for each series, for the length of the bar only; what is written is `short` and `exact`. */
  sizes: number[]
  short: string[]
  exact: string[]
  /** Step of the scale of colours, 0 to 4. */
  shade?: number
  state: 'plain' | 'selected' | 'dim' | 'other' | 'partial'
}

export interface Drawing {
  shape: 'bars' | 'columns'
  marks: Mark[]
  /** How many bars each mark has, side by side. */
  series: number
  format: (n: number) => string
  note: (mark: Mark) => string[]
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** Cuts a long name in the middle, where names of organisations differ least. */
export function middle(text: string, length: number): string {
  if (text.length <= length) return text
  const head = Math.ceil((length - 1) * 0.6)
  return text.slice(0, head).trimEnd() + '…' + text.slice(text.length - (length - 1 - head)).trimStart()
}

const fills = { plain: '--mark', selected: '--mark-selected', dim: '--mark-dim', other: '--mark-dim', partial: '--mark' } as const

function style(m: Mark, series: number) {
  const shaded = m.shade !== undefined && m.state !== 'selected'
  return {
    color: colour(shaded ? `--shade-${m.shade}` : series && m.state !== 'dim' ? '--mark-second' : fills[m.state]),
    opacity: shaded && m.state === 'dim' ? 0.45 : 1,
    // A period that is not over is hatched: its bar will still grow.
    ...(m.state === 'partial' ? { decal: { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [3, 4], rotation: -0.8, color: colour('--card') } } : {}),
  }
}

function option({ shape, marks, series, format, note }: Drawing, width: number): Option {
  const ink = colour('--ink')
  const soft = colour('--ink-soft')
  // The rest is often longer than all ranked marks together and would flatten
  // them: it is written, not drawn.
  const data = Array.from({ length: series }, (_, i) => marks.map((m) => ({ value: m.state === 'other' ? 0 : (m.sizes[i] ?? 0), itemStyle: style(m, i) })))
  const font = { fontFamily: 'Golos Text, Noto Sans, sans-serif', fontSize: 12 }
  const names = { type: 'category' as const, axisTick: { show: false }, axisLine: { lineStyle: { color: colour('--rule') } } }
  const values = { type: 'value' as const, min: (of: { min: number }) => Math.min(0, of.min), splitLine: { lineStyle: { color: colour('--rule') } } }
  const base: Option = {
    animation: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    animationDuration: 150,
    animationDurationUpdate: 150,
    textStyle: font,
    aria: { enabled: false, decal: { show: marks.some((m) => m.state === 'partial') } },
    tooltip: {
      trigger: 'item',
      confine: true,
      backgroundColor: colour('--card'),
      borderColor: colour('--rule'),
      textStyle: { ...font, color: ink },
      formatter: (p) => {
        const mark = marks[(Array.isArray(p) ? p[0]! : p).dataIndex]!
        const box = document.createElement('div')
        box.className = 'chart-note'
        const name = box.appendChild(document.createElement('div'))
        name.textContent = mark.label
        for (const line of note(mark)) box.appendChild(document.createElement('div')).appendChild(document.createElement('strong')).textContent = line
        return box
      },
    },
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
    grid: { left: 8, right: 8, top: 12, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: { ...names, data: marks.map((m) => m.label), axisLabel: { color: soft, hideOverlap: true } },
    yAxis: { ...values, axisLabel: { color: soft, formatter: (n: number) => format(n) } },
    series: data.map((of) => ({ type: 'bar', data: of, barCategoryGap: '18%', barMaxWidth: 48 })),
  }
}

/** Draws into an element and follows its size and the theme; a click gives the index of the mark. */
export class Plot {
  #chart: ECharts
  #drawing?: Drawing
  #observer: ResizeObserver
  #theme: MutationObserver

  constructor(element: HTMLElement, click: (index: number) => void) {
    this.#chart = init(element, null, { renderer: 'canvas' })
    this.#chart.on('click', (p) => click(p.dataIndex as number))
    this.#observer = new ResizeObserver(() => {
      this.#chart.resize()
      this.#paint()
    })
    this.#observer.observe(element)
    this.#theme = new MutationObserver(() => this.#paint())
    this.#theme.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  }

  draw(drawing: Drawing) {
    this.#drawing = drawing
    this.#paint()
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
