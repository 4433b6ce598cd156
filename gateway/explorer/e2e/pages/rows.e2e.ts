import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Rows } from '../../src/lib/answers'
import { exact } from '../../src/lib/number'
import { barriers, base, launch, open, settled, shot } from '../browser'

const api = async (path: string) => (await fetch(base + '/api/v1' + path)).json()

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

const table = '[data-rows=all] tbody tr'

describe('every figure opens', () => {
  it('from a tile to its definition, its rows, the origin of a row and the documents of the source', async () => {
    const { page, faults } = await open(browser)
    await page.goto(`${base}/en/main?filter.category=goods`)
    await settled(page)
    await page.locator('[data-tile=lots]').click()
    await page.locator('dialog[open] [data-rows-of=lots]').click()
    await page.waitForURL('**/en/rows?measure=lots&filter.category=goods')
    await page.waitForSelector(table)
    const { totals } = await api('/query?measures=lots&filter.category=goods')
    expect(await page.locator('[data-rows=all] h2').innerText()).toContain(exact(totals.lots, 'en'))
    expect(await page.locator(table).count()).toBe(Math.min(50, totals.lots))
    await shot(page, 'rows')
    const { rows } = await api('/rows?measure=lots&filter.category=goods&limit=1')
    await page.locator(table).first().locator('a[href*="/source/"]').click()
    await page.waitForURL(`**/en/source/${rows[0].ocid}`)
    await page.waitForSelector('[data-release]')
    const origin = await api('/provenance/' + rows[0].ocid)
    expect(await page.locator('[data-release]').count()).toBe(origin.releases.length)
    const document = origin.releases.at(-1).documents[0]
    const first = page.locator('[data-release]').first()
    expect(await first.innerText()).toContain(document.url)
    expect(await first.locator('time').first().getAttribute('datetime')).toBe(document.fetchedAt)
    const record = await page.locator('a[href*="/ocds/records/"]').first().getAttribute('href')
    expect((await fetch(base + record)).status).toBe(200)
    const release = await first.locator('a[href*="/ocds/releases/"]').getAttribute('href')
    expect((await fetch(base + release)).status).toBe(200)
    await shot(page, 'source')
    expect(faults).toEqual([])
  })

  it('page by page, in the order of the API, and back', async () => {
    const { page, faults } = await open(browser)
    await page.goto(`${base}/en/rows?dataset=plan_fact`)
    await page.waitForSelector(table)
    const { meta, rows } = (await api('/rows?dataset=plan_fact&limit=1000&lang=en')) as Rows
    expect(meta.rows, 'rows for more than one page').toBeGreaterThan(50)
    const seen: string[] = []
    const next = page.locator('[data-rows=all] nav button').last()
    const links = () => page.locator(`${table} th a`).evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href))
    for (;;) {
      seen.push(...(await links()))
      if (await next.isDisabled()) break
      await next.click()
      await page.waitForFunction((from) => document.querySelector('[data-rows=all] nav span')?.textContent?.startsWith(from), `${seen.length + 1}–`)
    }
    expect(seen).toEqual(rows.map((row) => (row.path ? `${base}/en${row.path}` : '')))
    await page.locator('[data-rows=all] nav button').first().click()
    await page.waitForFunction((from) => document.querySelector('[data-rows=all] nav span')?.textContent?.startsWith(from), `${seen.length - (seen.length % 50) - 49}–`)
    expect(faults).toEqual([])
  })

  it('with what a measure leaves out, and why', async () => {
    const { page, faults } = await open(browser)
    await page.goto(`${base}/en/rows?measure=priceReduction`)
    await page.waitForSelector('[data-excluded] button')
    const { excluded } = await api('/rows?measure=priceReduction&limit=1&lang=en')
    expect(await page.locator('[data-excluded] li').count()).toBe(excluded.length)
    await page.locator('[data-excluded] button').first().click()
    await page.waitForURL(/reason=/)
    await page.waitForFunction(([selector, n]) => document.querySelectorAll(selector as string).length === n, [table, excluded[0].rows] as const)
    expect(await page.locator('main').innerText()).toContain(excluded[0].title)
    expect(faults).toEqual([])
  })

  it('in the chosen order and with the chosen columns, in the address too', async () => {
    const { page, faults } = await open(browser)
    await page.goto(`${base}/en/rows?measure=contractsValue`)
    await page.waitForSelector(table)
    const name = (await api('/rows?measure=contractsValue&limit=1&lang=en')).columns.find((c: { id: string }) => c.id === 'contractValue').title
    await page.locator('[data-rows=all] thead button', { hasText: name }).click()
    await page.waitForURL(/order=-contractValue/)
    const { rows } = await api('/rows?measure=contractsValue&order=-contractValue&limit=1')
    await page.waitForFunction(([selector, path]) => document.querySelector(selector as string)?.getAttribute('href')?.endsWith(path as string), [`${table} th a`, rows[0].path] as const)
    await page.locator('details summary').click()
    const before = await page.locator('[data-rows=all] thead th').count()
    await page.locator('.choices input:not(:checked)').first().check()
    await page.waitForURL(/columns=/)
    await page.waitForFunction((n) => document.querySelectorAll('[data-rows=all] thead th').length === n, before + 1)
    expect(faults).toEqual([])
  })

  for (const colorScheme of ['light', 'dark'] as const)
    it(`without a barrier that axe finds, and on a phone, ${colorScheme}`, async () => {
      const { page } = await open(browser, { colorScheme, viewport: { width: 390, height: 844 } })
      const { rows } = await api('/rows?measure=lots&limit=1')
      for (const [path, wait] of [['rows?measure=lots', table], [`source/${rows[0].ocid}`, '[data-release]']] as const) {
        await page.goto(`${base}/kk/${path}`)
        await page.waitForSelector(wait)
        await shot(page, `phone-${path.split(/[?/]/)[0]}-${colorScheme}`)
        expect(await barriers(page, colorScheme), path).toEqual([])
        expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(390)
      }
    })
})
