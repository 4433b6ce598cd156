import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exact } from '../src/lib/number'
import { words } from '../src/pages/data.text'
import { barriers, base, launch, open, shot } from './browser'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

describe('data page', () => {
  for (const lang of ['kk', 'ru', 'en'] as const)
    it(`tells in ${lang} what is published and how to get it`, async () => {
      const published = await (await fetch(base + '/api/v1/bulk')).json()
      const { page, faults } = await open(browser)
      await page.goto(`${base}/${lang}/data`)
      await page.waitForSelector('dl')
      expect(await page.locator('h1').innerText()).toBe(published.title[lang])
      expect(await page.locator('dd.big').first().innerText()).toBe(exact(published.counts.processes, lang))
      expect(await page.getByText(words[lang].guide, { exact: true }).count()).toBe(1)
      expect(await page.locator('blockquote').innerText()).toBe(published.citation[lang])
      expect(await page.locator('details').count()).toBe(published.years.length)
      const described = JSON.parse((await page.locator('script[type="application/ld+json"]').textContent()) ?? '')
      expect(described).toMatchObject({ '@type': 'Dataset', license: published.license })
      for (const o of published.objects) expect(words[lang], o.table).toHaveProperty([`table.${o.table}`])
      expect(await page.getByText(/^(warning|error)$/).count() > 0).toBe(lang === 'en')
      await shot(page, `data-${lang}`)
      expect(faults).toEqual([])
    })

  it('describes the data set to who does not run its program', async () => {
    const published = await (await fetch(base + '/api/v1/bulk')).json()
    for (const lang of ['kk', 'ru', 'en'] as const) {
      const html = await (await fetch(`${base}/${lang}/data`)).text()
      expect(html).toContain(`<html lang="${lang}">`)
      const described = JSON.parse(/<script type="application\/ld\+json">(.*?)<\/script>/s.exec(html)![1]!)
      expect(described).toMatchObject({ '@type': 'Dataset', name: published.title[lang], inLanguage: lang })
      expect(described.distribution.length).toBeGreaterThan(2)
    }
  })

  it('links every file with its size and digest', async () => {
    const published = await (await fetch(base + '/api/v1/bulk')).json()
    const { page } = await open(browser)
    await page.goto(`${base}/en/data`)
    const year = published.years.at(-1)
    // The count of a year's files leads to them.
    await page.locator(`a[href="#files-${year.year}"]`).first().click()
    const links = await page.locator(`#files-${year.year}[open] a`).evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href))
    expect(links).toEqual(year.files.map((f: { url: string }) => f.url))
    expect((await fetch(links[0]!)).status).toBe(200)
  })

  it('is reached from the dashboard, and Back leads there again', async () => {
    const { page, faults } = await open(browser)
    await page.goto(`${base}/en/main?filter.method=openTender`)
    await page.waitForSelector('[data-tile]')
    await page.locator('nav a', { hasText: 'Data' }).click()
    await page.waitForSelector('dl')
    await page.goBack()
    await page.waitForSelector('[data-tile]')
    expect(page.url()).toBe(`${base}/en/main?filter.method=openTender`)
    expect(faults).toEqual([])
  })

  it('has no barrier that axe finds, and fits a phone', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await open(browser, { colorScheme, viewport: { width: 390, height: 844 } })
      await page.goto(`${base}/ru/data`)
      await page.waitForSelector('dl')
      expect(await barriers(page, colorScheme)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
      await shot(page, `data-phone-${colorScheme}`)
    }
  })
})
