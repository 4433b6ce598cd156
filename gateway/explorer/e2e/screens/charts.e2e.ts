import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer, Column } from '../../src/lib/api'
import { exact, percent, short } from '../../src/lib/number'
import regions from '../../src/lib/regions.json'
import world from '../../src/lib/world.json'
import { base, drawn, launch, open, settled, still, stranger } from '../browser'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

const api = async (path: string) => (await fetch(base + '/api/v1' + path)).json()
const id = (member: unknown) => (member as { id: string }).id

async function visit(path: string) {
  const opened = await open(browser, { acceptDownloads: true })
  await opened.page.goto(base + path)
  await drawn(opened.page)
  return opened
}

describe('a map', () => {
  it('shows the figures of the regions beside their ranking, and a region selects', async () => {
    const { page, faults } = await visit('/en/T11')
    const { rows }: Answer = await api('/query?measures=lots&dimensions=region&lang=en')
    const known = rows.filter((r) => regions.regions.some((k) => k.id === id(r.region)))
    expect(known.length).toBeGreaterThan(5)
    for (const row of known) {
      const mark = page.locator(`[data-block=regionMap] [data-id="${id(row.region)}"]`)
      expect(await mark.getAttribute('aria-label')).toBe(`${(row.region as { label: string }).label}, ${exact(row.lots as number, 'en')}`)
    }
    expect(await page.locator('[data-block=region] canvas').count()).toBe(1)
    await page.locator(`[data-block=regionMap] [data-id="${id(known[0]!.region)}"]`).focus()
    await page.keyboard.press('Enter')
    await page.waitForURL((u) => u.searchParams.get('filter.region') === id(known[0]!.region))
    await settled(page)
    expect(await page.locator(`[data-block=regionMap] [data-id="${id(known[0]!.region)}"]`).getAttribute('aria-pressed')).toBe('true')
    // The others stay to be chosen.
    expect(await page.locator('[data-block=regionMap] [data-mark]').count()).toBe(known.length)
    expect(faults).toEqual([])
  })

  it('of the world shows the countries beside their ranking, in their own file, and a country selects', async () => {
    const { page, faults } = await visit('/en/T12')
    const { rows }: Answer = await api('/query?measures=lots&dimensions=bidderCountry&lang=en')
    const known = rows.filter((r) => world.regions.some((k) => k.id === id(r.bidderCountry)))
    expect(known.length).toBeGreaterThan(0)
    for (const row of known) {
      const mark = page.locator(`[data-block=countryMap] [data-id="${id(row.bidderCountry)}"]`)
      expect(await mark.getAttribute('aria-label')).toBe(`${(row.bidderCountry as { label: string }).label}, ${exact(row.lots as number, 'en')}`)
    }
    expect(await page.locator('[data-block=country] canvas').count()).toBe(1)
    await page.locator('[data-block=countryMap] [data-act=table]').click()
    expect(await page.locator('[data-block=countryMap] tbody tr').count()).toBe(rows.length)
    await page.locator('[data-block=countryMap] [data-act=table]').click()
    const last = id(known.at(-1)!.bidderCountry)
    await page.locator(`[data-block=countryMap] [data-id="${last}"]`).focus()
    await page.keyboard.press('Enter')
    await page.waitForURL((u) => u.searchParams.get('filter.bidderCountry') === last)
    await settled(page)
    expect(await page.locator(`[data-block=countryMap] [data-id="${last}"]`).getAttribute('aria-pressed')).toBe('true')
    expect(faults).toEqual([])
  })

  it('is not drawn where no region of the country is known', async () => {
    const { page } = await visit('/en/T12?filter.bidderCountry=~')
    const { rows }: Answer = await api('/query?measures=lots&dimensions=bidderRegion&filter.bidderCountry=~')
    expect(rows.filter((r) => regions.regions.some((k) => k.id === id(r.bidderRegion)))).toEqual([])
    expect(await page.locator('[data-block=regionMap] .scene').count()).toBe(0)
    expect(await page.locator('[data-block=regionMap] [data-reason]').count()).toBe(1)
  })
})

it('a treemap goes down the classifier with the selection, and up again', async () => {
  const { page, faults } = await visit('/en/C1')
  const { rows }: Answer = await api('/query?measures=contracts&dimensions=class')
  const first = id(rows.find((r) => id(r.class) !== '~')!.class)
  await page.locator(`[data-block=class] [data-id="${first}"]`).click()
  await page.waitForURL((u) => u.searchParams.get('filter.class') === first)
  await settled(page)
  const below: Answer = await api(`/query?measures=contracts&dimensions=subclass&filter.class=${first}`)
  const drawnIds = await page.locator('[data-block=class] [data-mark]').evaluateAll((all) => all.map((m) => (m as HTMLElement).dataset.id))
  expect(drawnIds.sort()).toEqual(below.rows.filter((r) => Number(r.contracts) > 0).map((r) => id(r.subclass)).slice(0, 40).sort())
  await page.locator('[data-block=class] .path button').first().click()
  await page.waitForURL(/\/en\/C1$/)
  expect(faults).toEqual([])
})

it('a funnel says what stands outside the chain, exactly', async () => {
  const { page, faults } = await visit('/en/F1')
  const { rows, totals }: Answer = await api('/query?measures=factPlanned,factLots,factContracts,factPayments&dimensions=chain&lang=en')
  const words = await page.locator('[data-block=chain] svg').innerText().catch(async () => (await page.locator('[data-block=chain] svg').textContent()) ?? '')
  for (const measure of ['factPlanned', 'factLots', 'factContracts', 'factPayments']) expect(words).toContain(short(totals[measure]!, 'en'))
  const planned = rows.find((r) => id(r.chain) === 'planned')!
  expect(words).toContain(`${(planned.chain as { label: string }).label}: ${short(planned.factPlanned as string, 'en')}`)
  await page.locator('[data-block=chain] [data-act=table]').click()
  expect(await page.locator('[data-block=chain] tbody').innerText()).toContain(exact(planned.factPlanned as string, 'en', 2))
  expect(faults).toEqual([])
})

it('a matrix is shaded by its figures, and a cell selects both of its sides', async () => {
  const { page, faults } = await visit('/en/R1')
  const { rows }: Answer = await api('/query?measures=flags&dimensions=flag,method&order=-flags')
  const cell = page.locator(`[data-block=matrix] [data-id="${id(rows[0]!.flag)} ${id(rows[0]!.method)}"]`)
  expect(await cell.getAttribute('aria-label')).toContain(exact(rows[0]!.flags as number, 'en'))
  await cell.click()
  await page.waitForURL((u) => u.searchParams.get('filter.flag') === id(rows[0]!.flag) && u.searchParams.get('filter.method') === id(rows[0]!.method))
  expect(faults).toEqual([])
})

it('bands and months stand in their own order', async () => {
  const { page } = await visit('/en/T4')
  await page.locator('[data-block=bands] [data-act=table]').click()
  const { rows }: Answer = await api('/query?measures=completeLots&dimensions=bidsBand&lang=en')
  const order = rows.sort((a, b) => (id(a.bidsBand) === '~' ? 1 : id(b.bidsBand) === '~' ? -1 : parseInt(id(a.bidsBand)) - parseInt(id(b.bidsBand)))).map((r) => (r.bidsBand as { label: string }).label)
  expect(await page.locator('[data-block=bands] tbody th').allInnerTexts()).toEqual(order)
})

it('the exact figure is said under the pointer', async () => {
  const { page, faults } = await visit('/en/C1?indicator=contractsValue')
  const { rows }: Answer = await api('/query?measures=contractsValue&dimensions=contractStatus&order=-contractsValue&lang=en')
  const box = (await page.locator('[data-block=status] canvas').boundingBox())!
  await page.mouse.move(box.x + 0.5 * box.width, box.y + 16)
  const note = page.locator('[data-block=status] .note')
  await note.waitFor()
  expect(await note.innerText()).toContain(exact(rows[0]!.contractsValue as string, 'en', 2))
  await page.locator(`[data-block=suppliersMap] [data-mark]`).first().hover()
  await page.locator('[data-block=suppliersMap] .note strong').waitFor()
  expect(faults).toEqual([])
})

describe('periods', () => {
  it('are compared: tiles say the change, bars stand side by side', async () => {
    const { page, faults } = await visit('/en/main?filter.publishedYear=2025')
    await page.locator('[data-switch=compare]').selectOption('year')
    await page.waitForURL(/compare=year/)
    await settled(page)
    const { totals } = await api('/query?measures=lots&filter.publishedYear=2025&compare=year')
    const said = await page.locator('[data-tile=lots] [data-change]').innerText()
    expect(said).toContain(percent(totals['lots.growth'], 'en'))
    expect(said).toContain(exact(totals['lots.compare'], 'en'))
    await page.locator('[data-block=method] [data-act=table]').click()
    const columns: Column[] = (await api('/query?measures=lots&dimensions=method&filter.publishedYear=2025&compare=year&lang=en')).columns
    const heads = await page.locator('[data-block=method] thead th').allInnerTexts()
    for (const c of columns.filter((c) => c.of === 'lots')) expect(heads.join('|')).toContain(c.title)
    expect(faults).toEqual([])
  })

  it('can be compared only when there is one', async () => {
    const { page } = await visit('/en/main')
    expect(await page.locator('[data-switch=compare]').isDisabled()).toBe(true)
  })

  it('are summed up on the way', async () => {
    const { page, faults } = await visit('/en/main?grain=publishedYear')
    await page.locator('[data-switch=sum]').check()
    await page.waitForURL(/sum=1/)
    await settled(page)
    // Points of the colour of marks: a line is drawn, not only its axes.
    await page.waitForFunction(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('[data-block=dynamics] canvas')!
      const [r, g, b] = [0x3f, 0x86, 0xa8]
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
      let found = 0
      for (let i = 0; i < data.length; i += 4) if (Math.abs(data[i]! - r) + Math.abs(data[i + 1]! - g) + Math.abs(data[i + 2]! - b) < 12) found++
      return found > 300
    })
    await page.locator('[data-block=dynamics] [data-act=table]').click()
    const { totals } = await api('/query?measures=lots')
    const { rows }: Answer = await api('/query?measures=lots&dimensions=publishedYear&cumulative=true')
    const last = rows.filter((r) => id(r.publishedYear) !== '~').at(-1)!
    expect(Number(last['lots.cumulative'])).toBeLessThanOrEqual(Number(totals.lots))
    expect(await page.locator('[data-block=dynamics] tbody').innerText()).toContain(exact(last['lots.cumulative'] as number, 'en'))
    expect(faults).toEqual([])
  })
})

describe('what is taken along', () => {
  async function taken(page: Page, block: string, what: string): Promise<Buffer> {
    await page.locator(`[data-block=${block}] .actions [popovertarget]`).click()
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator(`[data-block=${block}] ${what}`).click()])
    return readFileSync(await download.path())
  }

  it('are files with what the API answers', async () => {
    const { page, faults } = await visit('/en/main?filter.category=goods')
    const json = JSON.parse(String(await taken(page, 'method', '[data-format=json]')))
    const { rows }: Answer = await api('/query?measures=lots&dimensions=method&filter.category=goods&order=-lots&limit=15&lang=en')
    expect(json.rows).toEqual(rows)
    const csv = String(await taken(page, 'method', '[data-format=csv]'))
    expect(csv.trim().split('\r\n').length - 1).toBe(rows.length)
    expect((await taken(page, 'method', '[data-format=xlsx]')).subarray(0, 2).toString()).toBe('PK')
    expect((await taken(page, 'method', '[data-format=parquet]')).subarray(0, 4).toString()).toBe('PAR1')
    expect(faults).toEqual([])
  })

  it('are pictures with title, measure, date and source, of charts and of maps', async () => {
    const { page, faults } = await visit('/ru/T11')
    for (const block of ['region', 'regionMap']) {
      const svg = String(await taken(page, block, '[data-act=svg]'))
      const title = await page.locator(`[data-block=${block}] h2`).innerText()
      for (const part of [title, 'goszakup.gov.kz', 'CC BY 4.0']) expect(svg).toContain(part)
      expect((svg.match(/<path/g) ?? []).length).toBeGreaterThan(5)
      const png = await taken(page, block, '[data-act=png]')
      expect(png.subarray(1, 4).toString()).toBe('PNG')
      expect(png.readUInt32BE(16)).toBeGreaterThan(1500)
      expect(png.length).toBeGreaterThan(10_000)
    }
    expect(faults).toEqual([])
  })

  it('is a page on paper without controls, light whatever the theme', async () => {
    const { page } = await open(browser, { colorScheme: 'dark' })
    await page.goto(`${base}/en/main?filter.category=goods`)
    await drawn(page)
    const pdf = await page.pdf({ format: 'A4', printBackground: true })
    expect(pdf.subarray(0, 4).toString()).toBe('%PDF')
    await page.emulateMedia({ media: 'print' })
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
    expect(await page.locator('html').getAttribute('data-theme')).toBe('light')
    expect(await page.locator('aside, .actions, .switches').evaluateAll((all) => all.filter((e) => (e as HTMLElement).offsetParent !== null).length)).toBe(0)
    expect(await page.locator('[data-chip=category]').isVisible()).toBe(true)
    await page.evaluate(() => dispatchEvent(new Event('afterprint')))
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
  })
})

it('the first view is smaller than 300 KB', async () => {
  const { page } = await stranger(browser)
  // What travels, by name: with what compression the server gives.
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  let bytes = 0
  session.on('Network.loadingFinished', (e) => (bytes += e.encodedDataLength))
  await page.goto(`${base}/kk/main`)
  await drawn(page)
  await still(page)
  expect(bytes).toBeLessThan(300_000)
})
