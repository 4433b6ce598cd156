import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer, Member } from '../../src/lib/api'
import { exact } from '../../src/lib/number'
import { words } from '../../src/pages/report.text'
import { barriers, base, launch, open, shot, stranger } from '../browser'

const api = async (path: string) => (await fetch(base + '/api/v1' + path)).json()

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

async function stands(page: Page) {
  await page.waitForSelector('[data-report=table] tbody tr, [data-question=report] canvas')
  await page.waitForFunction(() => !document.querySelector('.loading, [aria-busy="true"]'))
}

describe('report builder', () => {
  for (const lang of ['kk', 'ru', 'en'] as const)
    it(`stands in ${lang} with the figures of the API`, async () => {
      const { page, faults } = await open(browser)
      await page.goto(`${base}/${lang}/report`)
      await stands(page)
      const { rows, totals }: Answer = await api(`/query?measures=lots&dimensions=method&lang=${lang}`)
      expect(await page.locator('h1').innerText()).toBe(words[lang].title)
      expect(await page.locator('[data-report=table] tbody tr').count()).toBe(rows.length)
      expect(await page.locator('[data-report=table] tbody td').first().innerText()).toBe(exact(rows[0]!.lots as number, lang))
      expect(await page.locator('[data-report=table] tfoot td').first().innerText()).toBe(exact(totals.lots!, lang))
      await shot(page, `report-${lang}`)
      expect(faults).toEqual([])
    })

  it('is built by choosing, and its address holds it', async () => {
    const { page, faults } = await open(browser)
    await page.goto(`${base}/en/report`)
    await stands(page)
    await page.locator('[data-well=rows] select').selectOption('region')
    await page.waitForURL(/rows=method%2Cregion/)
    await page.locator('[data-well=cols] select').selectOption('publishedYear')
    await page.waitForURL(/cols=publishedYear/)
    await page.locator('[data-well=values] select').selectOption('bidders')
    await page.waitForURL(/values=lots%2ClotsValue%2Cbidders/)
    await stands(page)
    const other = await stranger(browser)
    await other.page.goto(page.url())
    await stands(other.page)
    const text = await page.locator('[data-report=table]').innerText()
    expect(await other.page.locator('[data-report=table]').innerText()).toBe(text)
    await shot(page, 'report-pivot')
    await page.locator('[data-well=rows] li').last().locator('button').last().click()
    await page.waitForURL(/rows=method&/)
    await page.goBack()
    await stands(page)
    expect(await page.locator('[data-report=table]').innerText()).toBe(text)
    expect([...faults, ...other.faults]).toEqual([])
  })

  it('asks for its subtotals and adds nothing up', async () => {
    const { page, faults } = await open(browser)
    await page.goto(`${base}/en/report?rows=region,method&cols=publishedYear&values=bidders`)
    await stands(page)
    const { rows }: Answer = await api('/query?measures=bidders&dimensions=region')
    const parted: Answer = await api('/query?measures=bidders&dimensions=region,method')
    const first = rows[0]!.region as Member
    const parts = parted.rows.filter((row) => (row.region as Member).id === first.id).reduce((sum, row) => sum + Number(row.bidders), 0)
    const sub = page.locator('[data-report=table] tr.sub').first()
    expect(await sub.locator('td').last().innerText()).toBe(exact(rows[0]!.bidders as number, 'en'))
    // Distinct bidders: the subtotal of the greatest region is at most the sum of its parts.
    expect(Number(rows[0]!.bidders)).toBeLessThanOrEqual(parts)
    const years: Answer = await api('/query?measures=bidders&dimensions=publishedYear')
    expect(await page.locator('[data-report=table] tfoot td').count()).toBe(years.rows.length + 1)
    expect(faults).toEqual([])
  })

  it('every cell leads to its rows', async () => {
    const { page, faults } = await open(browser)
    await page.goto(`${base}/en/report?rows=method&cols=publishedYear&values=lots`)
    await stands(page)
    const cell = page.locator('[data-report=table] tbody td a').first()
    const said = await cell.innerText()
    await cell.click()
    await page.waitForURL(/\/en\/rows\?measure=lots&filter\.method=.*&filter\.publishedYear=/)
    await page.waitForSelector('[data-rows=all] tbody tr')
    expect((await page.locator('[data-rows=all] h2').innerText()).endsWith(said)).toBe(true)
    expect(faults).toEqual([])
  })

  it('is sorted, drawn, filtered and printed', async () => {
    const { page, faults } = await open(browser)
    await page.goto(`${base}/en/report?rows=method&values=lots,lotsValue`)
    await stands(page)
    await page.locator('[data-report=sort]').selectOption('lots')
    await page.waitForURL(/sort=lots/)
    const { rows }: Answer = await api('/query?measures=lots&dimensions=method&order=lots')
    await page.waitForFunction(([selector, text]) => document.querySelector(selector!)?.textContent?.trim() === text, ['[data-report=table] tbody td', exact(rows[0]!.lots as number, 'en')])
    await page.locator('[data-report=filter]').selectOption('category')
    await page.locator('[data-facet=category] li button').first().click()
    await page.waitForURL(/filter\.category=/)
    await page.locator('[data-report=show]').selectOption('chart')
    await page.waitForSelector('[data-question=report] canvas')
    await shot(page, 'report-chart')
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('[data-well=rows]').isVisible()).toBe(false)
    expect(await page.locator('[data-question=report]').isVisible()).toBe(true)
    expect(faults).toEqual([])
  })

  it('gives its rows as files, the same as the API', async () => {
    const { page } = await open(browser)
    await page.goto(`${base}/en/report?rows=method&values=lots`)
    await stands(page)
    const { rows }: Answer = await api('/query?measures=lots&dimensions=method')
    const file = await (await fetch(base + (await page.locator('[data-export=csv]').getAttribute('href')))).text()
    expect(file.trim().split('\r\n').length - 1).toBe(rows.length)
    for (const format of ['xlsx', 'parquet', 'json']) {
      const got = await fetch(base + (await page.locator(`[data-export=${format}]`).getAttribute('href')))
      expect(got.status, format).toBe(200)
      expect((await got.arrayBuffer()).byteLength, format).toBeGreaterThan(100)
    }
  })

  it('is saved under an address of its own', async () => {
    const { page, faults } = await open(browser)
    await page.goto(`${base}/en/report?rows=method&cols=publishedYear&values=lots&filter.category=goods`)
    await stands(page)
    const text = await page.locator('[data-report=table]').innerText()
    await page.locator('form.save input').fill('Goods by method')
    await page.locator('form.save button').click()
    const link = await page.locator('[data-saved]').getAttribute('href')
    const other = await stranger(browser)
    await other.page.goto(base + link)
    await stands(other.page)
    expect(await other.page.locator('h1').innerText()).toBe('Goods by method')
    expect(await other.page.locator('[data-report=table]').innerText()).toBe(text)
    expect([...faults, ...other.faults]).toEqual([])
    await other.page.goto(`${base}/en/reports/saved/${'0'.repeat(32)}`)
    await other.page.getByText(words.en.savedNone).waitFor()
  })

  for (const colorScheme of ['light', 'dark'] as const)
    it(`has no barrier that axe finds, and fits a phone, ${colorScheme}`, async () => {
      const { page } = await open(browser, { colorScheme, viewport: { width: 390, height: 844 } })
      await page.goto(`${base}/ru/report?rows=method,region&cols=publishedYear`)
      await stands(page)
      await shot(page, `phone-report-${colorScheme}`)
      expect(await barriers(page, colorScheme)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    })
})
