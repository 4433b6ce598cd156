import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer, Catalog, Facet } from '../src/lib/api'
import { exact, short } from '../src/lib/number'
import { byDataset } from '../src/lib/screen'
import { toParams } from '../src/lib/selection'
import { dateText, text, texts } from '../src/text'
import { barriers, base, drawn, keep, launch, open, settled, shot, still, stranger, type Opened } from './browser'

const api = async (path: string) => (await fetch(base + '/api/v1' + path)).json()

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

// The catalogue says which screens there are, so that none is left out.
const catalog: Catalog = await api('/catalog?lang=ru')

describe('every screen of the catalogue', () => {
  // One visitor goes through all of them, with one cache.
  let visitor: Opened
  beforeAll(async () => {
    visitor = await keep(browser)
  })
  it('are those of all groups', () => {
    expect(catalog.screens.length).toBeGreaterThan(30)
    expect(new Set(catalog.screens.map((s) => s.group)).size).toBe(6)
  })

  for (const [i, screen] of catalog.screens.entries())
    it(`${screen.id} stands, with the figures of the API, without a barrier that axe finds`, async () => {
      const { page, faults } = visitor
      await page.emulateMedia({ colorScheme: i % 2 ? 'dark' : 'light' })
      await page.goto(`${base}/ru/${screen.id}`)
      await drawn(page)
      expect(await page.locator('h1').innerText()).toBe(screen.title)
      for (const part of byDataset(catalog, screen.tiles, screen.selection ?? {})) {
        const filters = toParams(part.filters).map(([k, v]) => `&${k}=${v}`)
        const { totals, columns }: Answer = await api(`/query?measures=${part.measures.join()}${filters.join('')}`)
        for (const c of columns.filter((c) => c.type === 'int')) expect(await page.locator(`[data-tile=${c.id}] .hidden`).innerText(), c.id).toBe(exact(totals[c.id]!, 'ru'))
      }
      expect(await page.locator('[data-tile]').count()).toBe(screen.tiles.length)
      const blocks = page.locator('[data-block]')
      for (let i = 0; i < (await blocks.count()); i++) expect(await blocks.nth(i).locator('canvas, .scene > svg, [data-reason]').count()).toBe(1)
      expect(await page.locator('[data-table]').count()).toBe(screen.tables?.length ?? 0)
      // Each says of what period and of what day its figures are.
      const subtitles = await page.locator('[data-block] [data-subtitle], [data-table] [data-subtitle]').allInnerTexts()
      expect(subtitles.length).toBe(screen.charts.length + (screen.tables?.length ?? 0))
      for (const said of subtitles) {
        expect(said).toContain(text('ru', 'snapshot.of', { date: dateText(catalog.meta.asOf, 'ru') }))
        expect(said).toContain(text('ru', 'period.all'))
      }
      expect(await page.locator('[data-facet]').count()).toBe(screen.facets.length)
      expect(await page.locator('[data-toggle]').count()).toBe((screen.toggles?.length ?? 0) + (screen.onward ? 1 : 0))
      expect(await barriers(page)).toEqual([])
      expect(faults.splice(0)).toEqual([])
    })

  for (const lang of ['kk', 'en'] as const)
    it(`T4 stands in ${lang}`, async () => {
      const { page, faults } = await open(browser)
      await page.goto(`${base}/${lang}/T4`)
      await drawn(page)
      const said: Catalog = await api('/catalog?lang=' + lang)
      expect(await page.locator('h1').innerText()).toBe(said.screens.find((s) => s.id === 'T4')!.title)
      expect(faults).toEqual([])
    })

  it('fits a phone', async () => {
    for (const id of ['T9', 'E2', 'T17']) {
      const { page } = await open(browser, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true })
      await page.goto(`${base}/ru/${id}`)
      await page.waitForSelector('h1')
      await still(page)
      expect(await page.evaluate(() => document.documentElement.scrollWidth), id).toBeLessThanOrEqual(390)
      await shot(page, `phone-${id}`)
    }
  })

  it('is whole at twice the size, and with little motion wanted', async () => {
    for (const id of ['T11', 'F1', 'T18']) {
      // A window of 1440 points, everything twice as large.
      const { page, faults } = await open(browser, { viewport: { width: 720, height: 500 }, deviceScaleFactor: 2, reducedMotion: 'reduce' })
      await page.goto(`${base}/kk/${id}`)
      await page.waitForSelector('h1')
      await still(page)
      expect(await page.evaluate(() => document.documentElement.scrollWidth), id).toBeLessThanOrEqual(720)
      expect(faults).toEqual([])
    }
  })
})

describe('on the way through the screens', () => {
  it('the menu leads to each, the selection goes along, what a screen begins with does not, and Back leads back', async () => {
    const { page, faults } = await open(browser)
    await page.goto(`${base}/en/main?filter.category=goods`)
    await settled(page)
    await page.locator('[popovertarget=screens]').click()
    expect(await page.locator('[data-screen]').count()).toBe(catalog.screens.length)
    await shot(page, 'menu')
    await page.locator('[data-screen=T2]').click()
    await page.waitForURL(/\/en\/T2\?filter\.category=goods&filter\.lotStatus=210&filter\.lotStatus=220$/)
    await settled(page)
    expect(await page.locator('.chip').count()).toBe(2)
    await page.locator('[popovertarget=screens]').click()
    await page.locator('[data-screen=C1]').click()
    await page.waitForURL(/\/en\/C1\?filter\.category=goods$/)
    await settled(page)
    await page.goBack()
    await page.goBack()
    await settled(page)
    expect(page.url()).toBe(`${base}/en/main?filter.category=goods`)
    expect(faults).toEqual([])
  })

  it('a filter that a dataset does not have is said, not dropped in silence', async () => {
    const { page, faults } = await open(browser)
    await page.goto(`${base}/en/T1?filter.bidder=~`)
    await page.waitForURL(/\/en\/main/)
    await page.goto(`${base}/en/C1?filter.bidder=~`)
    await settled(page)
    const name = (await api('/catalog?lang=en')).dimensions.find((d: { id: string }) => d.id === 'bidder').name
    expect(await page.locator('[data-tile=contracts]').innerText()).toContain(texts.en['block.unused'].replace('{fields}', name))
    expect(faults).toEqual([])
  })

  // Each counts what its screen is about, and a selection leaves nothing else behind.
  for (const [id, dataset, measure, selected] of [
    ['C1', 'contracts', 'contracts', 'category'],
    ['P2', 'plan_points', 'planPoints', 'planYear'],
    ['T9', 'enquiries', 'enquiries', 'method'],
  ] as const)
    it(`facets of ${id} count ${dataset}, as the API does, and the counts of a field without repeats add up to the figure`, async () => {
      const { page, faults } = await open(browser)
      const first: { facets: Facet[] } = await api(`/facets?fields=${selected}&dataset=${dataset}&lang=en`)
      const value = first.facets[0]!.values.find((v) => v.count > 0 && v.id !== '~')!
      await page.goto(`${base}/en/${id}?filter.${selected}=${value.id}`)
      await settled(page)
      const shown = catalog.screens.find((s) => s.id === id)!.facets.filter((f) => catalog.filters.find((x) => x.id === f)!.datasets.includes(dataset))
      expect(shown.length).toBeGreaterThan(4)
      const fields: Facet[] = []
      for (let i = 0; i < shown.length; i += catalog.limits.facetFields)
        fields.push(...(await api(`/facets?fields=${shown.slice(i, i + catalog.limits.facetFields).join()}&dataset=${dataset}&limit=50&lang=en&filter.${selected}=${value.id}`)).facets)
      for (const facet of fields)
        expect(
          await page.locator(`[data-facet=${facet.field}] [data-value]`).evaluateAll((all) => all.map((b) => [(b as HTMLElement).dataset.value, b.querySelector('.count')!.textContent])),
          facet.field,
        ).toEqual(facet.values.map((v) => [v.id, short(v.count, 'en')]))
      const { totals }: Answer = await api(`/query?measures=${measure}&filter.${selected}=${value.id}`)
      expect(value.count).toBe(totals[measure])
      expect(faults).toEqual([])
    })

  it('bounds of a measure keep the groups within, in the address too', async () => {
    const { page, faults } = await open(browser)
    await page.goto(`${base}/en/T4`)
    await settled(page)
    const asked = '/query?measures=averageBids,completeLots&dimensions=buyer&limit=15'
    const all: Answer = await api(asked)
    const least = Math.max(...all.rows.map((row) => Number(row.completeLots)))
    await page.locator('[data-switch=range] input').first().fill(String(least))
    await page.locator('[data-switch=range] input').first().press('Enter')
    await page.waitForURL((url) => url.searchParams.get('range') === `${least}..`)
    await settled(page)
    await page.locator('[data-block=buyer] .actions button').first().click()
    const { rows }: Answer = await api(`${asked}&having.completeLots=${least}..`)
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.length).toBeLessThan(all.rows.length)
    expect(await page.locator('[data-block=buyer] tbody th button').count()).toBe(rows.length)
    await page.locator('[data-switch=level]').selectOption('itemGroup')
    await page.waitForURL(/level=itemGroup/)
    await settled(page)
    expect(faults).toEqual([])
  })

  it('a table is sorted and cut by the API, and its cells select', async () => {
    const { page, faults } = await open(browser)
    await page.goto(`${base}/en/T19`)
    await settled(page)
    await page.locator('[data-table=lots] thead button').nth(5).click()
    await page.waitForURL(/sort\.lots=-lotsValue/)
    await settled(page)
    const { rows }: Answer = await api('/query?measures=lots,lotsValue&dimensions=buyer,item,lotStatus,winner&order=-lotsValue&limit=50')
    expect(await page.locator('[data-table=lots] tbody tr').first().locator('td.number').last().innerText()).toContain(exact(rows[0]!.lotsValue as string, 'en', 2))
    await page.locator('[data-table=lots] tbody button').first().click()
    await page.waitForURL(/filter\.buyer=/)
    await settled(page)
    expect(faults).toEqual([])
  })

  it('a report of chosen dimensions and figures is in the address', async () => {
    const { page, faults } = await open(browser)
    await page.goto(`${base}/en/T16`)
    await settled(page)
    await page.locator('[data-choose=rows] input[value=region]').check()
    await page.locator('[data-choose=values] input[value=averageBids]').check()
    await page.waitForURL(/rows=.*region.*values=.*averageBids/)
    await settled(page)
    expect(await page.locator('[data-table=report] thead th').count()).toBe(3 + 5)
    const other = await stranger(browser)
    await other.page.goto(page.url())
    await settled(other.page)
    expect(await other.page.locator('[data-table=report] tbody').innerText()).toBe(await page.locator('[data-table=report] tbody').innerText())
    expect([...faults, ...other.faults]).toEqual([])
  })
})

describe('quality page', () => {
  for (const lang of ['kk', 'ru', 'en'] as const)
    it(`tells in ${lang} what the checks found and what is here`, async () => {
      const { page, faults } = await open(browser)
      await page.goto(`${base}/${lang}/quality`)
      await page.waitForSelector('[data-block=completeness] p, [data-block=completeness] tbody')
      await still(page)
      const found = await api('/quality?by=rule&limit=200')
      expect(await page.locator('[data-block=quality] tbody tr').count()).toBe(found.rows.length)
      expect(await page.locator('[data-block=quality] tbody td.number').nth(2).innerText()).toBe(exact(found.rows[0].findings, lang))
      const { entities } = await api('/completeness')
      expect(await page.locator('[data-block=completeness] tbody tr').count()).toBe(entities.length)
      if (lang === 'ru') {
        expect(await barriers(page)).toEqual([])
        await page.locator('[data-block=quality] select').selectOption('buyer')
        await page.waitForURL(/by=buyer/)
        await page.waitForSelector('[data-block=quality] tbody a')
      }
      await shot(page, `quality-${lang}`)
      expect(faults).toEqual([])
    })
})

describe('status page', () => {
  for (const lang of ['kk', 'ru', 'en'] as const)
    it(`tells in ${lang} how the service stands`, async () => {
      const { page, faults } = await open(browser)
      await page.goto(`${base}/${lang}/status`)
      await page.waitForSelector('[data-block=status] tbody tr')
      const { quarantined, waiting } = await api('/status')
      expect(waiting.map((w: { consumer: string }) => w.consumer)).toEqual(['transformer-source', 'publisher-ocds'])
      expect(await page.locator('[data-block=status] tbody tr').count()).toBe(5)
      expect(await page.locator('[data-aspect=quarantine] td.number').innerText()).toBe(exact(quarantined, lang))
      expect(await page.locator('[data-aspect=snapshot] td.number').innerText()).toMatch(/\d/)
      expect(await barriers(page)).toEqual([])
      await shot(page, `status-${lang}`)
      expect(faults).toEqual([])
    })
})
