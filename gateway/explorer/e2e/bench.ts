// How long a reader waits, in lines that benchstat reads: the first view on a
// slow line and a slow machine, as somebody who was never here and as somebody
// who comes back, and a selection on this machine. EXPLORER_URL names the system.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, it } from 'vitest'
import { base, drawn, launch, settled, stranger } from './browser'

const runs = Number(process.env.RUNS ?? 7)

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

const median = (all: number[]) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)]!
function report(name: string, all: number[]) {
  for (const ms of all) console.log(`BenchmarkExplorer/${name} 1 ${Math.round(ms * 1e6)} ns/op`)
  console.log(`# ${name}: median ${Math.round(median(all))} ms of ${all.length} (${all.map(Math.round).join(', ')})`)
}

/** 1.6 Mbit/s down, 0.75 up, 150 ms there and back, a processor four times as slow. */
async function slow(page: Page) {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.emulateNetworkConditions', { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750 })
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 })
}

/** From the address until the figures stand and a filter can be pressed; until every chart is drawn. */
async function opened(page: Page): Promise<{ usable: number; whole: number }> {
  await page.goto(`${base}/kk/main`, { waitUntil: 'commit' })
  const at = () => page.evaluate(() => performance.now())
  await page.waitForFunction(() => document.querySelector('[data-tile] .value') && document.querySelector('[data-facet] li button'), undefined, { polling: 20 })
  const usable = await at()
  await drawn(page)
  return { usable, whole: await at() }
}

it('first view on a slow line', async () => {
  const seen: Record<string, number[]> = { 'new/usable': [], 'new/whole': [], 'again/usable': [], 'again/whole': [] }
  for (let i = 0; i < runs; i++) {
    const { page } = await stranger(browser)
    await slow(page)
    for (const who of ['new', 'again']) {
      const { usable, whole } = await opened(page)
      seen[`${who}/usable`]!.push(usable)
      seen[`${who}/whole`]!.push(whole)
      await page.goto('about:blank')
    }
    await page.close()
  }
  for (const [name, all] of Object.entries(seen)) report('slow-line/' + name, all)
}, 600_000)

it('a selection on this machine', async () => {
  const { page } = await stranger(browser)
  await page.goto(`${base}/kk/main`)
  await settled(page)
  const took: number[] = []
  for (let i = 0; i < 2 * runs; i++) {
    // Timed in the page: from the press until every part has its new figures and is painted.
    took.push(
      await page.evaluate(
        (nth) =>
          new Promise<number>((done) => {
            const values = document.querySelectorAll<HTMLElement>('[data-facet=method] li button')
            const from = performance.now()
            values[nth % values.length]!.click()
            const look = () => (document.querySelector('.loading, [aria-busy="true"]') ? requestAnimationFrame(look) : requestAnimationFrame(() => done(performance.now() - from)))
            requestAnimationFrame(() => requestAnimationFrame(look))
          }),
        Math.floor(i / 2),
      ),
    )
  }
  report('selection', took)
}, 600_000)
