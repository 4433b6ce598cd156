import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/lib/api'
import { exact } from '../../src/lib/number'
import { words } from '../../src/pages/methodology.text'
import { barriers, base, launch, open, shot } from '../browser'

const api = async (path: string) => (await fetch(base + '/api/v1' + path)).json()

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

describe('methodology', () => {
  for (const lang of ['kk', 'ru', 'en'] as const)
    it(`has in ${lang} an address for every definition of the catalogue`, async () => {
      const catalog: Catalog = await api('/catalog?lang=' + lang)
      const { page, faults } = await open(browser)
      await page.goto(`${base}/${lang}/methodology`)
      await page.waitForSelector('[data-part=flags]')
      for (const kind of ['measures', 'dimensions', 'flags'] as const) expect(await page.locator(`[data-part=${kind}] li`).count()).toBe(catalog[kind].length)
      await shot(page, `methodology-${lang}`)
      const measure = catalog.measures.find((m) => m.id === 'averageBids')!
      await page.locator('[data-part=measures] a', { hasText: measure.name }).first().click()
      await page.waitForURL(`**/${lang}/methodology/measures/averageBids`)
      await page.waitForSelector('[data-now] .big')
      expect(await page.locator('h1').innerText()).toBe(measure.name)
      expect(await page.locator('dl').innerText()).toContain(measure.formula)
      expect(await page.title()).toContain(measure.name)
      await shot(page, `methodology-measure-${lang}`)
      expect(faults).toEqual([])
    })

  it('shows what a measure is now, as the API has it', async () => {
    const { page } = await open(browser)
    await page.goto(`${base}/en/methodology/measures/lots`)
    const { totals } = await api('/query?measures=lots')
    await page.waitForSelector('[data-now] .big')
    expect(await page.locator('[data-now]').innerText()).toContain(exact(totals.lots, 'en'))
  })

  it('finds by words, in the address too, and Back leads back to what was found', async () => {
    const { page, faults } = await open(browser)
    await page.goto(`${base}/en/methodology`)
    await page.waitForSelector('[data-part=measures]')
    const all = await page.locator('[data-part=measures] li').count()
    await page.locator('main input').fill('median')
    await page.waitForURL(/q=median/)
    const some = await page.locator('[data-part=measures] li').count()
    expect(some).toBeGreaterThan(0)
    expect(some).toBeLessThan(all)
    await page.locator('[data-part=measures] a').first().click()
    await page.waitForURL(/methodology\/measures\//)
    await page.goBack()
    await page.waitForURL(/q=median/)
    expect(await page.locator('[data-part=measures] li').count()).toBe(some)
    expect(faults).toEqual([])
  })

  it('says what it does not have', async () => {
    const { page } = await open(browser)
    await page.goto(`${base}/en/methodology/measures/nothing`)
    await page.waitForSelector('h1')
    await page.getByText(words.en.unknown.replace('{id}', 'nothing')).waitFor()
  })

  for (const colorScheme of ['light', 'dark'] as const)
    it(`has no barrier that axe finds and fits a phone, ${colorScheme}`, async () => {
      const { page } = await open(browser, { colorScheme, viewport: { width: 390, height: 844 } })
      for (const path of ['', '/measures/priceReductionShare', '/dimensions/method', '/flags/singleBid']) {
        await page.goto(`${base}/ru/methodology${path}`)
        await page.waitForSelector(path ? '[data-now] h2' : '[data-part=flags]')
        expect(await barriers(page, colorScheme), path).toEqual([])
        expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(390)
      }
    })
})
