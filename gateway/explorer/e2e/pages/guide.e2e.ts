// The ten questions of docs/user-guide, each walked as the guide says. The test
// counts the clicks and compares the answer with the API's. GUIDE_PICTURES names
// a folder for the pictures of the guide.
import { mkdirSync } from 'node:fs'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Entity } from '../../src/lib/answers'
import type { Answer, Catalog, Member } from '../../src/lib/api'
import { exact } from '../../src/lib/number'
import { texts } from '../../src/text'
import { base, launch, open, settled, still } from '../browser'

const api = async (path: string) => (await fetch(base + '/api/v1' + path)).json()
const catalog: Catalog = await api('/catalog?lang=en')
const most = 5

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

class Walk {
  clicks = 0
  constructor(
    readonly page: Page,
    readonly faults: string[],
  ) {}
  async click(at: Locator) {
    this.clicks++
    await at.click()
  }
  /** A choice from a list is a click, whatever the browser makes of it. */
  async choose(at: Locator, value: string) {
    this.clicks++
    await at.selectOption(value)
  }
  async screen(id: string) {
    await this.click(this.page.locator('[popovertarget=screens]'))
    await this.click(this.page.locator(`[data-screen=${id}]`))
    await settled(this.page)
  }
  async still() {
    await still(this.page)
  }
  /** What the guide shows, with the answer in sight. */
  async picture(n: number, answer?: Locator) {
    const dir = process.env.GUIDE_PICTURES
    if (!dir) return
    mkdirSync(dir, { recursive: true })
    await answer?.evaluate((e) => e.scrollIntoView({ block: 'center' }))
    await this.page.screenshot({ path: `${dir}/question-${String(n).padStart(2, '0')}.png` })
  }
}

function question(n: number, title: string, walk: (w: Walk) => Promise<void>) {
  it(`${n}. ${title}`, async () => {
    const { page, faults } = await open(browser, { viewport: { width: 1000, height: 640 } })
    await page.goto(`${base}/en/main`)
    await settled(page)
    const w = new Walk(page, faults)
    await walk(w)
    expect(w.clicks).toBeGreaterThan(0)
    expect(w.clicks).toBeLessThanOrEqual(most)
    expect(faults).toEqual([])
  })
}

const first = (answer: Answer, dimension: string) => answer.rows.map((row) => ({ member: row[dimension] as Member, row })).find((r) => r.member.id !== '~')!
const nav = (w: Walk, page: string) => w.page.locator(`header nav a[href="/en/${page}"]`)
const tableOf = (w: Walk, block: string) => w.page.locator(`[data-block=${block}] .actions button`).first()

describe('ten questions of an analyst', () => {
  question(1, 'who won most from this buyer', async (w) => {
    const buyer = first(await api('/query?measures=lots&dimensions=buyer&lang=en'), 'buyer').member
    await w.click(tableOf(w, 'buyer'))
    await w.click(w.page.locator(`[data-block=buyer] a[href="/en/buyers/${buyer.id}"]`))
    const won = w.page.locator('[data-question=suppliers]')
    await w.click(won.locator('.actions button').first())
    await w.still()
    const { member, row } = first(await api(`/query?measures=contractsValue&dimensions=winner&filter.buyer=${buyer.id}&lang=en`), 'winner')
    const line = won.locator('tbody tr').first()
    expect(await line.locator('th').innerText()).toBe(member.label)
    expect(await line.locator('td').first().innerText()).toContain(exact(row.contractsValue as string, 'en', 2))
    await w.picture(1, won)
  })

  question(2, 'which regions buy most without competition, and why', async (w) => {
    await w.click(nav(w, 'methodology'))
    await w.page.locator('main input').fill('non-competitive value')
    await w.click(w.page.locator('a[href="/en/methodology/measures/nonCompetitiveValue"]').first())
    await w.click(w.page.locator('[data-split=region]'))
    await w.page.waitForSelector('[data-report=table] tbody tr')
    await w.choose(w.page.locator('[data-well=rows] select'), 'rationale')
    await w.page.waitForSelector('[data-report=table] tr.sub')
    await w.still()
    const regions: Answer = await api('/query?measures=nonCompetitiveValue&dimensions=region&lang=en')
    const top = regions.rows[0]!
    const line = w.page.locator('[data-report=table] tbody tr').first()
    expect(await line.locator('th').innerText()).toBe((top.region as Member).label)
    expect(await line.locator('td').innerText()).toContain(exact(top.nonCompetitiveValue as string, 'en', 2))
    const why: Answer = await api(`/query?measures=nonCompetitiveValue&dimensions=rationale&filter.region=${(top.region as Member).id}&lang=en`)
    expect(await w.page.locator('[data-report=table] tbody tr').nth(1).locator('th').innerText()).toBe((why.rows[0]!.rationale as Member).label)
    await w.picture(2, line)
  })

  question(3, 'where plans and contracts parted', async (w) => {
    await w.screen('F2')
    const { totals }: Answer = await api('/query?measures=unmatchedPlanPoints,unplannedContracts')
    for (const id of ['unmatchedPlanPoints', 'unplannedContracts']) {
      const { totals }: Answer = await api(`/query?measures=${id}`)
      expect(await w.page.locator(`[data-tile=${id}] .hidden`).first().innerText()).toBe(exact(totals[id]!, 'en'))
    }
    await w.picture(3)
    await w.click(w.page.locator('[data-tile=unmatchedPlanPoints]'))
    await w.click(w.page.locator('dialog[open] [data-rows-of=unmatchedPlanPoints]'))
    await w.page.waitForSelector('[data-rows=all] tbody tr')
    expect(await w.page.locator('[data-rows=all] h2').innerText()).toContain(exact(totals.unmatchedPlanPoints!, 'en'))
  })

  question(4, 'which suppliers win alone', async (w) => {
    await w.screen('R1')
    const flag = catalog.flags.find((f) => f.id === 'singleBid')!
    await w.click(w.page.locator('[data-facet=flag] li button', { hasText: flag.name }))
    await w.page.waitForURL(/filter\.flag=singleBid/)
    await settled(w.page)
    await w.click(tableOf(w, 'winner'))
    await w.still()
    const { member, row } = first(await api('/query?measures=flags&dimensions=winner&filter.flag=singleBid&lang=en'), 'winner')
    const line = w.page.locator('[data-block=winner] tbody tr', { hasText: member.label }).first()
    expect(await line.locator('td').first().innerText()).toBe(exact(row.flags as number, 'en'))
    await w.picture(4, w.page.locator('[data-block=winner]'))
  })

  question(5, 'what changed in this contract', async (w) => {
    await w.screen('C3')
    await w.click(w.page.locator('[data-block=ground] .actions button', { hasText: texts.en['block.method'] }))
    await w.click(w.page.locator('dialog[open] [data-rows-of=signedAgreements]'))
    await w.click(w.page.locator('[data-rows=all] tbody th a').first())
    await w.page.waitForSelector('[data-timeline]')
    await w.still()
    const { rows } = await api('/rows?measure=signedAgreements&limit=1')
    const e: Entity = await api(`${rows[0].path}?lang=en`)
    expect(await w.page.locator('h1').innerText()).toBe(e.title)
    const amended = e.timeline.filter((x) => x.kind === 'amended')
    expect(amended.length).toBeGreaterThan(0)
    expect(await w.page.locator('[data-event=amended]').count()).toBe(amended.length)
    expect(await w.page.locator('[data-version]').count()).toBe(e.versions.length)
    await w.picture(5, w.page.locator('[data-event=amended]').first())
  })

  question(6, 'what was paid on this contract, and when', async (w) => {
    await w.screen('C2')
    await w.click(w.page.locator('[data-tile=paymentsValue]'))
    await w.click(w.page.locator('dialog[open] [data-rows-of=paymentsValue]'))
    await w.click(w.page.locator('[data-rows=all] tbody th a').first())
    await w.page.waitForSelector('[data-timeline]')
    await w.still()
    const { rows } = await api('/rows?measure=paymentsValue&limit=1')
    const e: Entity = await api(`${rows[0].path}?lang=en`)
    const paid = e.timeline.filter((x) => x.kind === 'paid')
    expect(await w.page.locator('[data-event=paid]').count()).toBe(paid.length)
    await w.picture(6, w.page.locator('[data-timeline]'))
  })

  question(7, 'how a figure is counted, and what it leaves out', async (w) => {
    await w.click(w.page.locator('[data-tile=priceReduction]'))
    const measure = catalog.measures.find((m) => m.id === 'priceReduction')!
    expect(await w.page.locator('dialog[open]').innerText()).toContain(measure.formula)
    await w.click(w.page.locator('dialog[open] [data-rows-of=priceReduction]'))
    await w.page.waitForSelector('[data-excluded] li')
    await w.picture(7)
    await w.click(w.page.locator('[data-excluded] button').first())
    const { excluded } = await api('/rows?measure=priceReduction&limit=1')
    await w.page.waitForFunction((n) => document.querySelectorAll('[data-rows=all] tbody tr').length === n, Math.min(50, excluded[0].rows))
  })

  question(8, 'which document of the source a row comes from, and when it was read', async (w) => {
    await w.click(w.page.locator('[data-tile=lots]'))
    await w.click(w.page.locator('dialog[open] [data-rows-of=lots]'))
    await w.click(w.page.locator('[data-rows=all] tbody a[href*="/source/"]').first())
    await w.page.waitForSelector('[data-release]')
    const { rows } = await api('/rows?measure=lots&limit=1')
    const origin = await api('/provenance/' + rows[0].ocid)
    const read = await w.page.locator('[data-release] time').evaluateAll((all) => all.map((t) => t.getAttribute('datetime')))
    expect(read.sort()).toEqual(origin.releases.flatMap((r: { documents: { fetchedAt: string }[] }) => r.documents.map((d) => d.fetchedAt)).sort())
    await w.picture(8)
  })

  question(9, 'how this year differs from the last, and where the difference comes from', async (w) => {
    const { rows }: Answer = await api('/query?measures=lots&dimensions=publishedYear')
    const years = rows.map((row) => (row.publishedYear as Member).id).filter((id) => id !== '~')
    const [last, year] = years.slice(-2)
    await w.click(nav(w, 'compare'))
    await w.choose(w.page.locator('fieldset select').first(), year!)
    await w.choose(w.page.locator('fieldset select').last(), last!)
    await w.page.waitForSelector('[data-measure=lotsValue]')
    await w.choose(w.page.locator('[data-compare=by-split]'), 'region')
    await w.page.waitForURL(/split=region/)
    await w.still()
    const answer: Answer = await api(`/query?measures=lots&filter.publishedYear=${year}&compare.publishedYear=${last}`)
    const cells = w.page.locator('[data-measure=lots] td')
    expect(await cells.nth(0).innerText()).toBe(exact(answer.totals.lots!, 'en'))
    expect(await cells.nth(1).innerText()).toBe(exact(answer.totals['lots.compare']!, 'en'))
    await w.picture(9)
  })

  question(10, 'which red flags this supplier has, and on which lots', async (w) => {
    await w.click(tableOf(w, 'bidder'))
    await w.click(w.page.locator('[data-block=bidder] tbody a[data-page]').first())
    await w.page.waitForSelector('[data-flags]')
    await w.still()
    const path = new URL(w.page.url()).pathname.replace('/en', '')
    const e: Entity = await api(`${path}?lang=en`)
    expect(await w.page.locator('[data-flag]').count()).toBe(e.flags.length)
    expect(e.flags.length).toBeGreaterThan(0)
    await w.picture(10, w.page.locator('[data-flags]'))
    await w.click(w.page.locator('[data-flag] a').last())
    await w.page.waitForSelector('[data-rows=all] tbody tr')
    expect(await w.page.locator('[data-rows=all] h2').innerText()).toContain(exact(e.flags.at(-1)!.count, 'en'))
  })
})
