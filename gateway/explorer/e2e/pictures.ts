// Pictures of every screen in each language, in both themes and on a phone, for
// somebody to look at: npm run pictures. EXPLORER_URL names the system, PICTURES
// the folder; SCREENS, LANGUAGES and LOOKS keep some of them.
import { mkdirSync } from 'node:fs'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, it } from 'vitest'
import type { Catalog } from '../src/lib/api'
import { base, drawn, launch, stranger } from './browser'

const looks: Record<string, BrowserContextOptions> = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  phone: { colorScheme: 'light', viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
}
const kept = (name: string, all: string[]) => process.env[name]?.split(',') ?? all

const dir = process.env.PICTURES ?? 'pictures'
const catalog: Catalog = await (await fetch(base + '/api/v1/catalog?lang=en')).json()
const screens = kept('SCREENS', catalog.screens.map((s) => s.id))

let browser: Browser
beforeAll(async () => {
  mkdirSync(dir, { recursive: true })
  browser = await launch()
})
afterAll(() => browser?.close())

for (const look of kept('LOOKS', Object.keys(looks)))
  for (const lang of kept('LANGUAGES', ['kk', 'ru', 'en']))
    it(`${look}, ${lang}`, async () => {
      const { page } = await stranger(browser, looks[look])
      for (const id of screens) {
        await page.goto(`${base}/${lang}/${id}${process.env.QUERY ?? ''}`)
        await drawn(page)
        await page.screenshot({ path: `${dir}/${id}-${lang}-${look}.png`, fullPage: true })
      }
    }, 600_000)
