import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer, Member } from '../../src/lib/api'
import { exact } from '../../src/lib/number'
import { barriers, base, launch, open, shot } from '../browser'

const api = async (path: string) => (await fetch(base + '/api/v1' + path)).json()

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

async function stands(page: Page) {
  await page.waitForSelector('[data-measure]')
  await page.waitForFunction(() => !document.querySelector('.loading, [aria-busy="true"]'))
}
const ids = ({ rows }: Answer, dimension: string) => rows.map((row) => (row[dimension] as Member).id).filter((id) => id !== '~')

describe('comparison', () => {
  for (const [lang, by] of [['kk', 'region'], ['ru', 'buyer'], ['en', 'publishedYear']] as const)
    it(`of two members of ${by}, in ${lang}, with the figures of the API`, async () => {
      const found: Answer = await api(`/query?measures=lots&dimensions=${by}&limit=6`)
      const [a, b] = ids(found, by)
      const { page, faults } = await open(browser)
      await page.goto(`${base}/${lang}/compare?by=${by}`)
      await page.locator('fieldset select').first().selectOption(a!)
      await page.waitForURL(/a=/)
      await page.locator('fieldset select').last().selectOption(b!)
      await page.waitForURL(/b=/)
      await stands(page)
      const lots = (id: string) => exact(found.rows.find((row) => (row[by] as Member).id === id)!.lots as number, lang)
      const cells = page.locator('[data-measure=lots] td')
      expect(await cells.nth(0).innerText()).toBe(lots(a!))
      expect(await cells.nth(1).innerText()).toBe(lots(b!))
      await shot(page, `compare-${by}`)
      await page.locator('.choose > button').click()
      await page.waitForURL((url) => url.searchParams.get('a') === b)
      await page.waitForFunction(([selector, text]) => document.querySelector(selector!)?.textContent?.trim() === text, ['[data-measure=lots] td', lots(b!)])
      expect(faults).toEqual([])
    })

  it('says where the difference comes from', async () => {
    const [a, b] = ids(await api('/query?measures=lots&dimensions=publishedYear'), 'publishedYear').slice(-2)
    const { page, faults } = await open(browser)
    await page.goto(`${base}/en/compare?by=publishedYear&a=${b}&b=${a}&measure=lots`)
    await stands(page)
    await page.locator('[data-compare=by-split]').selectOption('region')
    await page.waitForURL(/split=region/)
    await stands(page)
    const { rows }: Answer = await api(`/query?measures=lots&dimensions=region&filter.publishedYear=${b}&compare.publishedYear=${a}&limit=15`)
    await page.waitForFunction((n) => document.querySelectorAll('[data-compare=split] tbody tr').length === n, rows.length)
    expect(await page.locator('[data-compare=split] tbody td').first().innerText()).toBe(exact(rows[0]!.lots as number, 'en'))
    expect(faults).toEqual([])
  })

  for (const colorScheme of ['light', 'dark'] as const)
    it(`has no barrier that axe finds, and fits a phone, ${colorScheme}`, async () => {
      const [a, b] = ids(await api('/query?measures=lots&dimensions=region'), 'region')
      const { page } = await open(browser, { colorScheme, viewport: { width: 390, height: 844 } })
      await page.goto(`${base}/ru/compare?by=region&a=${a}&b=${b}`)
      await stands(page)
      await shot(page, `phone-compare-${colorScheme}`)
      expect(await barriers(page, colorScheme)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    })
})

describe("what's new", () => {
  for (const lang of ['kk', 'ru', 'en'] as const)
    it(`tells in ${lang} what is published, what changed and how far it reaches`, async () => {
      const { page, faults } = await open(browser)
      const bulk = await api('/bulk')
      const status = await api('/status')
      await page.goto(`${base}/${lang}/news`)
      await page.waitForSelector('[data-news=latest] tbody tr, [data-news=latest] p:nth-of-type(2)')
      await page.waitForSelector('[data-news=stages] tbody tr')
      expect(await page.locator('[data-news=now] dl').innerText()).toContain(exact(bulk.counts.processes, lang))
      expect(await page.locator('[data-news=snapshots] tbody tr').count()).toBe(bulk.changelog.length)
      expect(await page.locator('[data-news=stages] tbody tr').count()).toBe(status.entities.length)
      // What the newest snapshot changed is told as soon as there are two.
      if (bulk.changelog.length > 1) {
        await page.locator('[data-news=diff] button').click()
        await page.waitForSelector('[data-news=diff] [data-measure=lots]')
        const { totals } = await api('/query?measures=lots')
        expect(await page.locator('[data-news=diff] [data-measure=lots] td').first().innerText()).toBe(exact(totals.lots, lang))
      } else expect(await page.locator('[data-news=diff]').count()).toBe(0)
      const dates = await page.locator('[data-news=latest] tbody th a').evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href))
      expect(dates.every((href) => href.includes(`/${lang}/processes/`))).toBe(true)
      await shot(page, `news-${lang}`)
      if (lang === 'ru') expect(await barriers(page)).toEqual([])
      // The older snapshot is fetched for it: until it is there, the API says to ask again.
      expect(faults.filter((f) => !/\b503\b/.test(f) || /answer: 503 (?!.*\/diff\/)/.test(f))).toEqual([])
    })
})
