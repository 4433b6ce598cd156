// A chart as SVG, for a picture to take along: loaded when one is asked for.
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { option, type Drawing } from './chart'

use([SVGRenderer])

export function svg(drawing: Drawing, width: number, height: number): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  chart.setOption({ ...option(drawing, width), animation: false, tooltip: { show: false } })
  const text = chart.renderToSVGString()
  chart.dispose()
  return text
}
