import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer } from '../../src/lib/api'
import { exact } from '../../src/lib/number'
import { days } from '../../src/lib/period'
import { base, launch, open, settled } from '../browser'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

const api = async (path: string) => (await fetch(base + '/api/v1' + path)).json()
const value = (page: Page, field: string, id: string) => page.locator(`[data-facet=${field}] [data-value="${id}"]`)
const filter = (page: Page, field: string) => new URL(page.url()).searchParams.getAll('filter.' + field)

async function act(page: Page, field: string, name: string) {
  await page.locator(`[data-facet=${field}] [popovertarget]`).click()
  await page.locator(`[data-facet=${field}] [data-act=${name}]`).click()
}

async function visit(path: string) {
  const opened = await open(browser)
  await opened.page.goto(base + path)
  await settled(opened.page)
  return opened
}

describe('a selection', () => {
  it('is undone and redone, by buttons and by keys, on the way through screens', async () => {
    const { page, faults } = await visit('/en/main')
    await value(page, 'category', 'goods').click()
    await page.waitForURL(/filter\.category=goods/)
    await page.locator('[popovertarget=screens]').click()
    await page.locator('[data-screen=T18]').click()
    await page.waitForURL(/T18/)
    await settled(page)
    await page.keyboard.press('Control+z')
    await page.waitForURL(/\/en\/T18$/)
    await page.keyboard.press('Control+Shift+z')
    await page.waitForURL(/T18\?filter\.category=goods$/)
    await page.locator('[data-act=undo]').click()
    await page.waitForURL(/\/en\/T18$/)
    expect(await page.locator('[data-act=undo]').isDisabled()).toBe(true)
    await page.locator('[data-act=redo]').click()
    await page.waitForURL(/T18\?filter\.category=goods$/)
    expect(await page.locator('[data-act=redo]').isDisabled()).toBe(true)
    expect(faults).toEqual([])
  })

  it('that is locked survives clearing, undo and a shared address', async () => {
    const { page } = await visit('/en/main?filter.category=goods&filter.method=openTender')
    await act(page, 'category', 'lock')
    await page.waitForURL(/lock=category/)
    await settled(page)
    expect(await value(page, 'category', 'services').isDisabled()).toBe(true)
    await page.locator('[data-act=clearAll]').click()
    await page.waitForURL(/\?filter\.category=goods&lock=category$/)
    const other = await visit(new URL(page.url()).pathname + new URL(page.url()).search)
    expect(await other.page.locator('[data-chip=category]').getAttribute('class')).toContain('locked')
    await other.page.locator('[data-chip=category] [data-act=lock]').click()
    await other.page.waitForURL(/\?filter\.category=goods$/)
    await other.page.locator('[data-chip=category] [data-act=clear]').click()
    await other.page.waitForURL(/\/en\/main$/)
  })

  it('is inverted, and what is left out is let in again', async () => {
    const { page } = await visit('/en/main?filter.category=goods')
    await act(page, 'category', 'invert')
    await page.waitForURL(/filter\.category=%21goods/)
    await settled(page)
    const { totals } = await api('/query?measures=lots&filter.category=!goods')
    expect(await page.locator('[data-tile=lots] .hidden').innerText()).toBe(exact(totals.lots, 'en'))
    expect(await page.locator('[data-chip=category]').innerText()).toContain('not ')
    await value(page, 'category', 'goods').click()
    await page.waitForURL(/\/en\/main$/)
  })

  it('becomes what was excluded', async () => {
    const { page } = await visit('/en/main?filter.method=auction')
    const all = await api('/facets?fields=buyer&dataset=lots&limit=1000&filter.method=auction')
    const excluded = all.facets[0].values.filter((v: { count: number; id: string }) => v.count === 0 && v.id !== '~').map((v: { id: string }) => v.id)
    expect(excluded.length).toBeGreaterThan(0)
    await act(page, 'buyer', 'excluded')
    await page.waitForURL(/filter\.buyer=/)
    expect(filter(page, 'buyer').sort()).toEqual(excluded.sort())
    expect(filter(page, 'method')).toEqual([])
  })

  it('is extended with shift in a list and on a chart', async () => {
    const { page } = await visit('/en/main')
    const values = page.locator('[data-facet=lotStatus] [data-value]')
    const ids = await values.evaluateAll((all) => all.slice(0, 3).map((b) => (b as HTMLElement).dataset.value!))
    await values.nth(0).click()
    await page.waitForURL(/lotStatus/)
    await settled(page)
    await page.locator(`[data-facet=lotStatus] [data-value="${ids[2]}"]`).click({ modifiers: ['Shift'] })
    await page.waitForURL((u) => u.searchParams.getAll('filter.lotStatus').length > 1)
    expect(filter(page, 'lotStatus')).toContain(ids[0])
    expect(filter(page, 'lotStatus')).toContain(ids[2])

    await page.goto(base + '/en/main')
    await settled(page)
    const box = (await page.locator('[data-block=method] canvas').boundingBox())!
    await page.mouse.click(box.x + 0.6 * box.width, box.y + 16)
    await page.waitForURL(/filter\.method=/)
    await settled(page)
    await page.keyboard.down('Shift')
    await page.mouse.click(box.x + 0.6 * box.width, box.y + 16 + 27)
    await page.keyboard.up('Shift')
    await page.waitForURL((u) => u.searchParams.getAll('filter.method').length === 2)
    await settled(page)
    // A click takes only the one, a second click none.
    await page.mouse.click(box.x + 0.6 * box.width, box.y + 16)
    await page.waitForURL((u) => u.searchParams.getAll('filter.method').length === 1)
    await settled(page)
    await page.mouse.click(box.x + 0.6 * box.width, box.y + 16)
    await page.waitForURL(/\/en\/main$/)
  })

  it('of a period is dragged over a chart of time', async () => {
    const { page, faults } = await visit('/en/main?grain=publishedYear')
    const { rows }: Answer = await api('/query?measures=lots&dimensions=publishedYear')
    const box = (await page.locator('[data-block=dynamics] canvas').boundingBox())!
    // From the middle of the axis to its end, which lies within a column.
    await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.5 * box.height)
    await page.mouse.down()
    await page.mouse.move(box.x + 0.7 * box.width, box.y + 0.5 * box.height, { steps: 4 })
    await page.mouse.move(box.x + box.width - 12, box.y + 0.5 * box.height, { steps: 4 })
    await page.mouse.up()
    await page.waitForURL(/filter\.publishedDay=/)
    await settled(page)
    const [range = ''] = filter(page, 'publishedDay')
    const [from = '', to = ''] = range.split('..')
    const years = rows.map((r) => (r.publishedYear as { id: string }).id).filter((y) => y !== '~').sort()
    expect(to).toBe(days(years.at(-1)!)![1])
    expect(from.endsWith('-01-01') && from < years.at(-1)!).toBe(true)
    const { totals } = await api(`/query?measures=lots&filter.publishedDay=${range}`)
    expect(await page.locator('[data-tile=lots] .hidden').innerText()).toBe(exact(totals.lots, 'en'))
    expect(await page.locator('input[type=date]').first().inputValue()).toBe(from)
    expect(faults).toEqual([])
  })

  it('is made on a chart by the keyboard alone', async () => {
    const { page } = await visit('/en/main')
    const chart = page.locator('[data-block=lotStatus] .frame')
    await chart.focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    const said = await chart.locator('[aria-live]').innerText()
    await page.keyboard.press('Enter')
    await page.waitForURL(/filter\.lotStatus=/)
    await settled(page)
    const { rows }: Answer = await api('/query?measures=lots&dimensions=lotStatus&lang=en')
    const second = rows[1]!.lotStatus as { id: string; label: string }
    expect(said).toContain(second.label)
    expect(filter(page, 'lotStatus')).toEqual([second.id])
  })
})
