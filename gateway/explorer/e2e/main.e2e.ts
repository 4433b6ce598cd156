import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exact } from '../src/lib/number'
import { texts } from '../src/text'
import { barriers, base, launch, open, settled, shot, still, stranger } from './browser'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

const tile = (page: Page, id: string) => page.locator(`[data-tile=${id}] .hidden`).innerText()
const api = async (path: string) => (await fetch(base + '/api/v1' + path)).json()

describe('main dashboard', () => {
  for (const lang of ['kk', 'ru', 'en'] as const)
    it(`stands in ${lang}, whole, and without a fault`, async () => {
      const { page, faults } = await open(browser)
      await page.goto(`${base}/${lang}/main`)
      await settled(page)
      expect(await page.locator('h1').innerText()).toBe((await api('/catalog?lang=' + lang)).screens[0].title)
      expect(await page.locator('[data-tile]').count()).toBe(7)
      expect(await page.locator('[data-block] canvas').count()).toBe(5)
      expect(await page.locator('[data-block=class] .scene [data-mark]').count()).toBeGreaterThan(5)
      expect(await page.locator('html').getAttribute('lang')).toBe(lang)
      await shot(page, `main-${lang}`)
      expect(faults).toEqual([])
    })

  it('shows the figures of the API', async () => {
    const { page } = await open(browser)
    await page.goto(`${base}/en/main`)
    await settled(page)
    const { totals } = await api('/query?measures=procedures,lots,lotsValue,buyers,bidders,priceReduction&lang=en')
    expect(totals.lots).toBeGreaterThan(0)
    for (const id of ['procedures', 'lots', 'buyers', 'bidders']) expect(await tile(page, id)).toBe(exact(totals[id], 'en'))
    for (const id of ['lotsValue', 'priceReduction']) expect(await tile(page, id)).toBe(exact(totals[id], 'en', 2) + '\u00a0₸')
  })

  it('lets a filter act on everything, and Back take it away', async () => {
    const { page, faults } = await open(browser)
    await page.goto(`${base}/ru/main`)
    await settled(page)
    const before = await tile(page, 'lots')
    const first = page.locator('[data-facet=method] li button').first()
    const name = await first.locator('.label').innerText()
    await first.click()
    await page.waitForURL(/filter\.method=/)
    await settled(page)
    const id = new URL(page.url()).searchParams.get('filter.method')!
    const { totals } = await api(`/query?measures=lots&filter.method=${encodeURIComponent(id)}`)
    const after = await tile(page, 'lots')
    expect(after).toBe(exact(totals.lots, 'ru'))
    expect(after).not.toBe(before)
    expect(await page.locator('.chip').innerText()).toContain(name)
    expect(await page.locator('[data-facet=method] li button[aria-pressed=true]').count()).toBe(1)
    await page.goBack()
    await settled(page)
    expect(await tile(page, 'lots')).toBe(before)
    expect(await page.locator('.chip').count()).toBe(0)
    expect(faults).toEqual([])
  })

  it('selects by a click on a mark of a chart', async () => {
    const { page } = await open(browser)
    await page.goto(`${base}/en/main`)
    await settled(page)
    const chart = page.locator('[data-block=method] canvas')
    const box = (await chart.boundingBox())!
    const bar = 0.56 * box.width
    await page.mouse.click(box.x + bar, box.y + 16)
    await page.waitForURL(/filter\.method=/)
    await settled(page)
    expect(await page.locator('.chip').count()).toBe(1)
  })

  it('gives the same view to whoever opens its address', async () => {
    const one = await open(browser)
    await one.page.goto(`${base}/en/main`)
    await settled(one.page)
    await one.page.locator('[data-facet=category] li button').first().click()
    await one.page.waitForURL(/filter\.category=/)
    await one.page.locator('[data-switch=indicator]').selectOption('lotsValue')
    await one.page.locator('button', { hasText: 'Year' }).click()
    await settled(one.page)
    const two = await stranger(browser)
    await two.page.goto(one.page.url())
    await settled(two.page)
    const figures = (p: Page) => p.locator('[data-tile]').allInnerTexts()
    expect(await figures(two.page)).toEqual(await figures(one.page))
    expect(await two.page.locator('[data-switch=indicator]').inputValue()).toBe('lotsValue')
    expect(await two.page.locator('.chip').allInnerTexts()).toEqual(await one.page.locator('.chip').allInnerTexts())
  })

  it('keeps screen and selection when the language changes', async () => {
    const { page } = await open(browser)
    await page.goto(`${base}/en/main?filter.category=goods`)
    await settled(page)
    const lots = await tile(page, 'lots')
    await page.locator('button[lang=kk]').click()
    await page.waitForURL(/\/kk\/main\?filter\.category=goods/)
    await settled(page)
    expect((await tile(page, 'lots')).replace(/\D/g, '')).toBe(lots.replace(/\D/g, ''))
    expect(await page.locator('h1').innerText()).toBe((await api('/catalog?lang=kk')).screens[0].title)
  })

  it('exports what the API answers', async () => {
    const { page } = await open(browser)
    await page.goto(`${base}/en/main?filter.category=goods`)
    await settled(page)
    await page.locator('[data-block=method] .actions [popovertarget]').click()
    const href = await page.locator('[data-block=method] a[data-format=csv]').getAttribute('href')
    const csv = await (await fetch(base + href)).text()
    const json = await (await fetch(base + href!.replace('&format=csv', ''))).json()
    expect(csv.trim().split('\r\n').length - 1).toBe(json.rows.length)
    expect(csv).toContain(json.rows[0].method.label)
  })

  it('has a table behind every chart, and it selects too', async () => {
    const { page } = await open(browser)
    await page.goto(`${base}/en/main`)
    await settled(page)
    await page.locator('[data-block=method] .actions button').first().click()
    const cell = page.locator('[data-block=method] tbody th button').first()
    await cell.focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(/filter\.method=/)
  })

  it('explains a figure', async () => {
    const { page } = await open(browser)
    await page.goto(`${base}/en/main`)
    await settled(page)
    await page.locator('[data-tile=priceReduction]').click()
    const dialog = page.locator('dialog[open]')
    await dialog.waitFor()
    expect((await dialog.innerText()).length).toBeGreaterThan(150)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  it('says that nothing matches', async () => {
    const { page } = await open(browser)
    await page.goto(`${base}/en/main?filter.publishedDay=1990-01-01..1990-01-02`)
    await settled(page)
    expect(await page.locator('[data-block=buyer]').innerText()).toContain(texts.en['block.empty'])
    expect(await tile(page, 'lots')).toBe('0')
  })

  for (const theme of ['light', 'dark'] as const)
    it(`has no barrier that axe finds, ${theme}`, async () => {
      const { page } = await open(browser, { colorScheme: theme })
      await page.goto(`${base}/kk/main?filter.category=goods`)
      await settled(page)
      await shot(page, `main-${theme}`)
      expect(await barriers(page, theme)).toEqual([])
      await page.locator('[data-tile=lots]').click()
      await page.locator('dialog[open]').waitFor()
      expect(await barriers(page, theme)).toEqual([])
    })

  it('fits a phone', async () => {
    const { page, faults } = await open(browser, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true })
    await page.goto(`${base}/ru/main`)
    await page.waitForSelector('[data-tile]')
    await still(page)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    await page.locator('.toggle').click()
    await page.locator('[data-facet=method]').waitFor()
    await page.locator('.toggle').click()
    await shot(page, 'main-phone')
    expect(faults).toEqual([])
  })
})

describe('other pages', () => {
  it('an unknown screen says so and leads on', async () => {
    const { page } = await open(browser)
    await page.goto(`${base}/en/nowhere`)
    await page.locator('main button').click()
    await page.waitForURL(/\/en\/main/)
  })

  it('the API documentation stands without a fault', async () => {
    const { page, faults } = await open(browser)
    await page.goto(`${base}/docs`)
    expect(await page.locator('section h2 code').count()).toBeGreaterThan(10)
    expect(await barriers(page)).toEqual([])
    await shot(page, 'docs')
    expect(faults).toEqual([])
  })
})
