import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rowsPath, type Entity } from '../../src/lib/answers'
import type { Answer, Lang, Member } from '../../src/lib/api'
import { exact } from '../../src/lib/number'
import { words } from '../../src/pages/entity.text'
import { barriers, base, launch, open, shot } from '../browser'

const api = async (path: string) => (await fetch(base + '/api/v1' + path)).json()

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

/** The greatest member of a dimension. */
async function greatest(dimension: string, measure: string): Promise<string> {
  const { rows }: Answer = await api(`/query?measures=${measure}&dimensions=${dimension}&limit=5`)
  return (rows.map((row) => row[dimension] as Member).find((m) => m.id !== '~') as Member).id
}
const lot = (await api('/rows?dataset=lots&measure=awardedLots&limit=1')).rows[0]
const agreed = (await api('/rows?dataset=contracts&measure=agreements&limit=100')).rows
const contract = (await api('/rows?dataset=contracts&limit=1')).rows[0]

// One of each kind.
const paths: Record<string, string> = {
  buyer: '/buyers/' + (await greatest('buyer', 'lots')),
  supplier: '/suppliers/' + (await greatest('winner', 'contracts')),
  process: '/processes/' + lot.ocid,
  lot: lot.path,
  contract: (agreed[0] ?? contract).path,
  category: '/categories/' + (await greatest('class', 'lots')),
  region: '/regions/' + (await greatest('region', 'lots')),
}

async function stands(page: Page) {
  await page.waitForSelector('[data-facts]')
  await page.waitForFunction(() => !document.querySelector('.loading, [aria-busy="true"]'))
  await page.waitForFunction(() => [...document.querySelectorAll('[data-question]')].every((q) => q.querySelector('canvas, table, [data-reason]')))
}

describe('pages of one thing', () => {
  for (const [kind, path] of Object.entries(paths))
    it(`${kind}: what the API knows is there, in three languages`, async () => {
      const { page, faults } = await open(browser)
      for (const lang of ['kk', 'en', 'ru'] as Lang[]) {
        const e: Entity = await api(`${path}?lang=${lang}`)
        await page.goto(`${base}/${lang}${path}`)
        await stands(page)
        expect(await page.locator('h1').innerText()).toBe(e.title)
        expect(await page.title()).toContain(e.title)
        expect(await page.locator('[data-facts] dt').count()).toBe(e.facts.length)
        expect(await page.locator('[data-number]').count()).toBe(e.numbers.length)
        for (const n of e.numbers.slice(0, 4).filter((n) => n.type === 'int')) expect(await page.locator(`[data-number=${n.measure}] .exact`).first().innerText()).toContain(exact(n.value, lang))
        expect(await page.locator('[data-flag]').count()).toBe(e.flags.length)
        expect(await page.locator('[data-question]').count()).toBe(e.questions.length)
        expect(await page.locator('[data-rows]').count()).toBe(e.lists.filter((l) => l.count > 0).length)
        expect(await page.locator('[data-version]').count()).toBe(e.versions.length)
        expect(await page.locator('[data-event]').count()).toBe(Math.min(30, e.timeline.length))
        if (e.ocid) expect(await page.locator(`a[href="/${lang}/source/${e.ocid}"]`).count()).toBeGreaterThan(0)
        // Names in the language of the source are said to be so.
        if (Object.keys(e.names).some((l) => e.names[l] !== e.title)) expect(await page.locator('.names').count()).toBe(1)
        await shot(page, `entity-${kind}-${lang}`)
      }
      expect(faults).toEqual([])
    })

  it('a figure of a page opens its rows', async () => {
    const { page, faults } = await open(browser)
    await page.goto(`${base}/en${paths.buyer}`)
    await stands(page)
    const e: Entity = await api(`${paths.buyer}?lang=en`)
    const number = e.numbers[0]!
    await page.locator(`[data-number=${number.measure}] .value a`).click()
    await page.waitForURL('**/en/rows?**')
    await page.waitForSelector('[data-rows=all] tbody tr')
    const { meta } = await api(rowsPath({ measure: number.measure, filters: number.query.filters, limit: 1 }, 'en'))
    expect(await page.locator('[data-rows=all] h2').innerText()).toContain(exact(meta.rows, 'en'))
    expect(faults).toEqual([])
  })

  it('one leads to another, and Back leads back', async () => {
    const { page, faults } = await open(browser)
    await page.goto(`${base}/en${paths.buyer}`)
    await stands(page)
    await page.locator('[data-rows=lots] tbody th a').first().click()
    await page.waitForURL('**/en/lots/**')
    await stands(page)
    await page.locator('[data-related] a[href*="/processes/"]').first().click()
    await page.waitForURL('**/en/processes/**')
    await stands(page)
    expect(await page.locator('[data-event]').count()).toBeGreaterThan(0)
    await page.goBack()
    await page.goBack()
    await page.waitForURL(`**/en${paths.buyer}`)
    await stands(page)
    expect(faults).toEqual([])
  })

  it('a process tells its story in the order of time', async () => {
    const { page } = await open(browser)
    await page.goto(`${base}/en${paths.process}`)
    await stands(page)
    const dates = await page.locator('[data-event] time').evaluateAll((all) => all.map((t) => new Date(t.getAttribute('datetime')!).getTime()))
    expect(dates).toEqual([...dates].sort((a, b) => a - b))
  })

  it('a BIN is copied', async () => {
    const { page } = await open(browser, { permissions: ['clipboard-read', 'clipboard-write'] })
    await page.goto(`${base}/en${paths.buyer}`)
    await stands(page)
    const e: Entity = await api(`${paths.buyer}?lang=en`)
    await page.locator('[data-facts] button').first().click()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(e.facts.find((f) => f.id === 'bin')!.value)
  })

  it('what is not there is said, and search is offered', async () => {
    const { page } = await open(browser)
    await page.goto(`${base}/en/buyers/nobody`)
    await page.getByText(words.en.missing).first().waitFor()
    expect(await page.locator('[data-search=page]').inputValue()).toBe('nobody')
  })

  for (const colorScheme of ['light', 'dark'] as const)
    it(`without a barrier that axe finds, and on a phone, ${colorScheme}`, async () => {
      const { page } = await open(browser, { colorScheme, viewport: { width: 390, height: 844 } })
      for (const [kind, path] of Object.entries(paths)) {
        await page.goto(`${base}/ru${path}`)
        await stands(page)
        await shot(page, `phone-entity-${kind}-${colorScheme}`)
        expect(await barriers(page, colorScheme), kind).toEqual([])
        expect(await page.evaluate(() => document.documentElement.scrollWidth), kind).toBeLessThanOrEqual(390)
      }
    })
})
