// Lines in ECharts, apart from what the first view needs.
import { LineChart } from 'echarts/charts'
import { use } from 'echarts/core'

export const add = () => use([LineChart])
