import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Found } from '../../src/lib/answers'
import type { Answer, Member } from '../../src/lib/api'
import { words } from '../../src/pages/search.text'
import { barriers, base, launch, open, settled, shot } from '../browser'

const api = async (path: string) => (await fetch(base + '/api/v1' + path)).json()

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

const buyers: Answer = await api('/query?measures=lots&dimensions=buyer&limit=3&lang=ru')
const buyer = buyers.rows.map((row) => row.buyer as Member).find((m) => m.id !== '~')!
const bin = buyer.id.split('-').at(-1)!
/** A word of the name that is long enough to be its own. */
const word = buyer.label.split(/[^\p{L}]+/u).filter((w) => w.length > 6)[0]!

const results = (page: Page) => page.locator('[data-result]')
const chosen = (page: Page) => page.locator('[role=option][aria-selected=true]')

describe('search', () => {
  it('begins with /, shows what is found while it is typed, and the keyboard opens it', async () => {
    const { page, faults } = await open(browser)
    await page.goto(`${base}/ru/main`)
    await settled(page)
    await page.keyboard.press('/')
    await page.keyboard.type(bin)
    await results(page).first().waitFor()
    const found: Found = await api(`/search?q=${bin}&limit=12&lang=ru`)
    await page.waitForFunction((n) => document.querySelectorAll('[data-result]').length === n, found.results.length)
    await shot(page, 'search-typing')
    await page.keyboard.press('ArrowDown')
    expect(await chosen(page).count()).toBe(1)
    const href = await chosen(page).getAttribute('href')
    await page.keyboard.press('Enter')
    await page.waitForURL(base + href)
    await page.waitForSelector('[data-facts]')
    expect(faults).toEqual([])
  })

  it('finds a word in other forms and a BIN with spaces', async () => {
    expect((await api(`/search?q=${encodeURIComponent(bin.replace(/(...)/g, '$1 ').trim())}&lang=ru`)).results.some((r: { path: string }) => r.path === `/buyers/${buyer.id}`)).toBe(true)
    const { page, faults } = await open(browser)
    await page.goto(`${base}/ru/search?q=${encodeURIComponent(word)}`)
    await page.waitForSelector('[data-found] li')
    const found: Found = await api(`/search?q=${encodeURIComponent(word)}&limit=100&lang=ru`)
    expect(await page.locator('[data-found] li').count()).toBe(found.results.length)
    expect(await page.locator('[data-found]').count()).toBe(new Set(found.results.map((r) => r.type)).size)
    expect(faults).toEqual([])
  })

  for (const lang of ['kk', 'ru', 'en'] as const)
    it(`has a page of results in ${lang}, by kind, that can be followed`, async () => {
      const { page, faults } = await open(browser)
      await page.goto(`${base}/${lang}/main`)
      await settled(page)
      await page.locator('[data-search=top]').fill(word)
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/search\?q=/)
      await page.waitForSelector('[data-found] li')
      await shot(page, `search-${lang}`)
      for (const format of ['atom', 'json']) expect((await fetch(base + (await page.locator(`main [data-follow=${format}]`).getAttribute('href')))).status).toBe(200)
      await page.locator('.types button').nth(1).click()
      await page.waitForURL(/type=buyer/)
      await page.waitForFunction(() => !document.querySelector('.loading, [aria-busy="true"]'))
      expect(await page.locator('[data-found]').evaluateAll((all) => all.map((e) => (e as HTMLElement).dataset.found))).toEqual(['buyer'])
      await page.goBack()
      await page.waitForURL((url) => !url.searchParams.has('type'))
      expect(faults).toEqual([])
    })

  it('says that nothing is found', async () => {
    const { page } = await open(browser)
    await page.goto(`${base}/en/search?q=${'xqz'.repeat(4)}`)
    await page.getByText(words.en.noneMore).waitFor()
  })

  it('Escape closes the list and leaves what was typed', async () => {
    const { page } = await open(browser)
    await page.goto(`${base}/ru/data`)
    await page.keyboard.press('/')
    await page.keyboard.type(word)
    await results(page).first().waitFor()
    await page.keyboard.press('Escape')
    expect(await results(page).first().isVisible()).toBe(false)
    expect(await page.locator('[data-search=top]').inputValue()).toBe(word)
  })

  for (const colorScheme of ['light', 'dark'] as const)
    it(`has no barrier that axe finds, and fits a phone, ${colorScheme}`, async () => {
      const { page } = await open(browser, { colorScheme, viewport: { width: 390, height: 844 } })
      await page.goto(`${base}/kk/search?q=${encodeURIComponent(word)}`)
      await page.waitForSelector('[data-found] li')
      expect(await barriers(page, colorScheme)).toEqual([])
      await page.locator('[data-search=top]').fill(bin)
      await results(page).first().waitFor()
      await shot(page, `phone-search-${colorScheme}`)
      expect(await barriers(page, colorScheme)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    })
})
