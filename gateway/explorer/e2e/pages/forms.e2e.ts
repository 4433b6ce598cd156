import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Form, FormIndex } from '../../src/lib/answers'
import { exact } from '../../src/lib/number'
import { barriers, base, launch, open, shot } from '../browser'

const api = async (path: string) => (await fetch(base + '/api/v1' + path)).json()

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

const year = (await api('/query?measures=lots&dimensions=publishedYear')).rows.map((row: { publishedYear: { id: string } }) => row.publishedYear.id).filter((id: string) => id !== '~').at(-2)

describe('statutory forms', () => {
  for (const lang of ['kk', 'ru', 'en'] as const)
    it(`are filled in ${lang} with the figures of the API, each with its rows`, async () => {
      const { page, faults } = await open(browser)
      const index: FormIndex = await api('/reports?lang=' + lang)
      await page.goto(`${base}/${lang}/reports`)
      await page.waitForSelector('[data-form=list] li')
      expect(await page.locator('[data-form=list] li').count()).toBe(index.forms.length)
      await page.locator('[data-form=id]').selectOption('eec')
      await page.locator('[data-form=period]').fill(year)
      await page.locator('form.choose button').click()
      await page.waitForURL(`**/${lang}/reports/eec?period=${year}`)
      await page.waitForSelector('[data-form=table] tbody tr')
      const form: Form = await api(`/reports/eec?period=${year}&lang=${lang}`)
      expect(await page.locator('h1').innerText()).toBe(form.title)
      expect(await page.locator('[data-form=table] tbody tr').count()).toBe(form.rows.length)
      const counted = form.rows.findIndex((r) => r.cells.some((c) => typeof c.value === 'number' && c.value > 0))
      const cell = form.rows[counted]!.cells.findIndex((c) => typeof c.value === 'number' && c.value > 0)
      expect(await page.locator('[data-form=table] tbody tr').nth(counted).locator('td.number').nth(cell).innerText()).toBe(exact(form.rows[counted]!.cells[cell]!.value, lang))
      const file = await fetch(base + (await page.locator('[data-form=xlsx]').getAttribute('href')))
      expect(file.headers.get('content-disposition')).toContain('.xlsx')
      expect(Buffer.from(await file.arrayBuffer()).subarray(0, 2).toString()).toBe('PK')
      await shot(page, `forms-${lang}`)
      if (lang === 'ru') expect(await barriers(page)).toEqual([])
      expect(faults).toEqual([])
    })

  it('fit a phone', async () => {
    const { page } = await open(browser, { colorScheme: 'dark', viewport: { width: 390, height: 844 } })
    await page.goto(`${base}/ru/reports/eec?period=${year}`)
    await page.waitForSelector('[data-form=table] tbody tr')
    await shot(page, 'phone-forms')
    expect(await barriers(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  })
})
