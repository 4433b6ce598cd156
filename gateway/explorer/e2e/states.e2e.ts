// What the page says when there is nothing, when it waits, when data are old,
// when something does not answer, and when there are newer data: each forced.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../src/lib/api'
import { dateText, text, texts } from '../src/text'
import { base, drawn, launch, open, settled, still } from './browser'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

const api = async (path: string) => (await fetch(base + '/api/v1' + path)).json()
const state = (page: Page, name: string) => page.locator(`[data-state=${name}]`)
const path = (name: string) => (url: URL) => url.pathname === '/api/v1' + name

/** The catalogue as if its data were so many days old. */
async function aged(page: Page, days: number): Promise<string> {
  const asOf = new Date(Date.now() - days * 86_400_000).toISOString()
  await page.route(path('/catalog'), async (route) => {
    const answer = await route.fetch()
    const catalog: Catalog = await answer.json()
    await route.fulfill({ response: answer, json: { ...catalog, meta: { ...catalog.meta, asOf } } })
  })
  return asOf
}

describe('what a page says', () => {
  it('while it loads: that it does, and no figure', async () => {
    const { page } = await open(browser)
    let answer = () => {}
    const held = new Promise<void>((done) => (answer = done))
    await page.route(path('/query'), async (route) => {
      await held
      await route.continue()
    })
    await page.goto(`${base}/en/main`)
    await page.waitForSelector('[data-block=method] [data-state=loading]')
    expect(await page.locator('[data-block=method]').innerText()).toContain(texts.en['block.loading'])
    for (const other of ['failed', 'empty']) expect(await state(page, other).count(), other).toBe(0)
    expect(await page.locator('[data-block] canvas').count()).toBe(0)
    answer()
    await drawn(page)
    expect(await state(page, 'loading').count()).toBe(0)
  })

  it('while a selection loads: the old marks, dimmed', async () => {
    const { page } = await open(browser)
    await page.goto(`${base}/en/main`)
    await settled(page)
    let answer = () => {}
    const held = new Promise<void>((done) => (answer = done))
    await page.route(path('/query'), async (route) => {
      await held
      await route.continue()
    })
    await page.locator('[data-facet=category] li button').first().click()
    await page.waitForSelector('[data-block=method] .loading canvas')
    expect(await state(page, 'loading').count()).toBe(0)
    answer()
    await still(page)
    expect(await page.locator('.loading').count()).toBe(0)
  })

  it('of an empty selection: that nothing matches', async () => {
    const { page, faults } = await open(browser)
    await page.goto(`${base}/en/main?filter.publishedDay=1990-01-01..1990-01-02`)
    await settled(page)
    expect(await state(page, 'empty').first().innerText()).toContain(texts.en['block.empty'])
    for (const other of ['failed', 'loading']) expect(await state(page, other).count(), other).toBe(0)
    expect(faults).toEqual([])
  })

  it('of a refusal: what failed, with a button that asks again', async () => {
    const { page } = await open(browser)
    await page.route(path('/query'), (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', json: { title: 'Service Unavailable', detail: 'analytics does not answer' } }))
    await page.goto(`${base}/en/main`)
    const block = page.locator('[data-block=method]')
    await block.locator('[data-state=failed]').waitFor()
    expect(await block.innerText()).toContain('analytics does not answer')
    expect(await page.locator('main > [data-state=failed]').count()).toBe(1)
    for (const other of ['empty', 'loading']) expect(await state(page, other).count(), other).toBe(0)
    await page.unrouteAll()
    await block.locator('[data-state=failed] button').click()
    await block.locator('canvas').waitFor()
    expect(await block.locator('[data-state]').count()).toBe(0)
  })

  it('of a network that is cut: that the server does not answer', async () => {
    const { page } = await open(browser)
    await page.route(path('/query'), (route) => route.abort('connectionreset'))
    await page.goto(`${base}/ru/T3`)
    const block = page.locator('[data-block=buyer]')
    await block.locator('[data-state=failed]').waitFor()
    expect(await block.innerText()).toContain(texts.ru['error.network'])
  })

  it('when the service is away: that, not that nothing was published', async () => {
    const { page } = await open(browser)
    await page.route(path('/catalog'), (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', json: { title: 'Service Unavailable' } }))
    await page.goto(`${base}/kk/main`)
    await state(page, 'failed').waitFor()
    expect(await state(page, 'failed').innerText()).toBe(texts.kk['error.service'])
    await page.unrouteAll()
    await page.locator('main button').click()
    await drawn(page)
  })

  it('of old data: their age, in sight on a phone too; of fresh ones nothing', async () => {
    for (const options of [{}, { viewport: { width: 390, height: 844 } }]) {
      const { page } = await open(browser, options)
      const asOf = await aged(page, 12)
      await page.goto(`${base}/en/T2`)
      await drawn(page)
      expect(await state(page, 'stale').isVisible()).toBe(true)
      const said = await state(page, 'stale').innerText()
      expect(said).toContain(dateText(asOf, 'en'))
      expect(said).toContain(text('en', 'snapshot.old', { n: 12 }))
    }
    const { page } = await open(browser)
    await aged(page, 1)
    await page.goto(`${base}/en/T2`)
    await drawn(page)
    expect(await state(page, 'stale').count()).toBe(0)
  })

  it('of newer data while it is open: that they are there, and it takes them when told', async () => {
    const { page, faults } = await open(browser)
    await page.goto(`${base}/en/main?filter.category=goods`)
    await settled(page)
    const status = await api('/status')
    const next = { snapshot: 'f'.repeat(64), asOf: new Date(Date.parse(status.date) + 3 * 86_400_000).toISOString() }
    await page.route(path('/status'), (route) => route.fulfill({ json: { ...status, snapshot: next.snapshot, date: next.asOf } }))
    expect(await page.locator('[data-newer]').count()).toBe(0)
    await page.evaluate(() => dispatchEvent(new Event('focus')))
    await page.locator('[data-newer]').waitFor()
    expect(await page.locator('[data-newer]').innerText()).toContain(dateText(next.asOf, 'en'))
    // The figures stay those of the page until the reader wants the others.
    let asked = 0
    for (const name of ['/catalog', '/query'])
      await page.route(path(name), async (route) => {
        asked++
        const answer = await route.fetch()
        const json = await answer.json()
        await route.fulfill({ response: answer, json: { ...json, meta: { ...json.meta, ...next } } })
      })
    await page.locator('[data-newer] button').click()
    await page.locator('[data-newer]').waitFor({ state: 'detached' })
    await settled(page)
    expect(asked).toBeGreaterThan(2)
    expect(await page.locator('[data-block=method] [data-subtitle]').innerText()).toContain(dateText(next.asOf, 'en'))
    expect(page.url()).toBe(`${base}/en/main?filter.category=goods`)
    expect(faults).toEqual([])
  })
})
