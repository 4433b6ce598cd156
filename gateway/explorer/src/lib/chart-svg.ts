// A chart as SVG, for a picture to take along: loaded when one is asked for.
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { complete, option, type Drawing } from './chart'

use([SVGRenderer])

export async function svg(drawing: Drawing, width: number, height: number): Promise<string> {
  await complete(drawing)
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  chart.setOption({ ...option(drawing, width), animation: false })
  const text = chart.renderToSVGString()
  chart.dispose()
  return text
}
