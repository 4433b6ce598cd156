import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer, Member } from '../../src/lib/api'
import { exact } from '../../src/lib/number'
import { words } from '../../src/pages/follow.text'
import { barriers, base, launch, open, settled, still } from '../browser'

const api = async (path: string) => (await fetch(base + '/api/v1' + path)).json()
const feed = async (href: string | null) => (await (await fetch(base + href)).json()) as { items: { id: string; title: string; url: string }[] }

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

describe('a threshold', () => {
  it('is followed from a figure, under the selection: the feed has an entry while the figure lies within the bounds', async () => {
    const { page, faults } = await open(browser)
    await page.goto(`${base}/en/main?filter.category=goods`)
    await settled(page)
    await page.locator('[data-tile=lots]').click()
    await page.locator('dialog[open] [data-follow-of=lots]').click()
    await page.waitForURL('**/en/follow?measure=lots&filter.category=goods')
    const { totals }: Answer = await api('/query?measures=lots&filter.category=goods')
    const lots = Number(totals.lots)
    await page.locator('[data-follow=now]').waitFor()
    expect(await page.locator('[data-follow=now]').innerText()).toBe(exact(lots, 'en'))
    expect(await page.locator('[data-follow=json]').count()).toBe(0)
    await page.locator('[data-follow=least]').fill(String(lots + 1))
    await page.locator('[data-follow=least]').press('Enter')
    await page.waitForURL(/least=/)
    await still(page)
    expect(await page.locator('[data-follow=state]').innerText()).toBe(words.en.outside)
    expect((await feed(await page.locator('[data-follow=json]').getAttribute('href'))).items).toEqual([])
    await page.locator('[data-follow=least]').fill(String(lots))
    await page.locator('[data-follow=least]').press('Enter')
    await page.waitForURL((url) => url.searchParams.get('least') === String(lots))
    await still(page)
    expect(await page.locator('[data-follow=state]').innerText()).toBe(words.en.within)
    const { items } = await feed(await page.locator('[data-follow=json]').getAttribute('href'))
    expect(items.length).toBe(1)
    expect(items[0]!.title).toContain(String(lots))
    await page.goto(items[0]!.url)
    await page.waitForSelector('[data-rows=all] tbody tr')
    expect(await page.locator('[data-rows=all] h2').innerText()).toContain(exact(lots, 'en'))
    expect(faults).toEqual([])
  })

  it('is followed for each member of a dimension', async () => {
    const { page, faults } = await open(browser, { colorScheme: 'dark', viewport: { width: 390, height: 844 } })
    const { rows }: Answer = await api('/query?measures=lots&dimensions=buyer&lang=kk')
    const least = Number(rows[0]!.lots)
    const most = rows.filter((row) => Number(row.lots) >= least)
    await page.goto(`${base}/kk/follow?measure=lots&by=buyer&least=${least}`)
    await page.locator('[data-follow=state]').waitFor()
    expect(await page.locator('[data-follow=threshold] li').allInnerTexts()).toEqual(most.map((row) => `${(row.buyer as Member).label}: ${exact(row.lots as number, 'kk')}`))
    expect((await feed(await page.locator('[data-follow=json]').getAttribute('href'))).items.length).toBe(most.length)
    expect((await fetch(base + (await page.locator('[data-follow=atom]').getAttribute('href')))).headers.get('content-type')).toContain('atom')
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    expect(await barriers(page)).toEqual([])
    expect(faults).toEqual([])
  })
})
