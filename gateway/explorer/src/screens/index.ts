import { main } from './main'
import type { Screen } from './screen'

export const screens: Screen[] = [main]
