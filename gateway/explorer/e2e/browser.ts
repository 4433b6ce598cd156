// A real Chromium, a page that notes whatever goes wrong in it, and axe.
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'

export const base = process.env.EXPLORER_URL ?? 'http://127.0.0.1:8080'

const path = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((p) => p && existsSync(p))

export function launch(): Promise<Browser> {
  if (!path) throw new Error('no Chromium: apt-get install chromium, or set CHROMIUM=/path/to/chrome')
  return chromium.launch({
    executablePath: path,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
}

/** A page in a fresh context; `faults` fills with console errors, failed requests and calls to other hosts. */
export async function open(browser: Browser, options: BrowserContextOptions = {}): Promise<{ page: Page; faults: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, reducedMotion: 'reduce', ...options })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('console', (m) => {
    if (m.type() === 'error' || m.type() === 'warning') faults.push(`console: ${m.text()}`)
  })
  page.on('pageerror', (e) => faults.push(`page: ${e.message}`))
  page.on('requestfailed', (r) => {
    // A request that a newer selection made needless is aborted by the page.
    if (r.failure()?.errorText !== 'net::ERR_ABORTED') faults.push(`request: ${r.url()} ${r.failure()?.errorText}`)
  })
  page.on('response', (r) => {
    if (r.status() >= 400) faults.push(`answer: ${r.status()} ${r.url()}`)
  })
  page.on('request', (r) => {
    const url = new URL(r.url())
    if (url.protocol.startsWith('http') && url.origin !== new URL(base).origin) faults.push(`foreign host: ${r.url()}`)
  })
  return { page, faults }
}

/** Waits until the screen stands and nothing is on its way. */
export async function settled(page: Page): Promise<void> {
  await page.waitForSelector('[data-facet]')
  await page.waitForLoadState('networkidle')
  await page.waitForFunction(() => !document.querySelector('.loading, [aria-busy="true"]'))
}

/** Waits until every part of a screen that was just opened is drawn; quicker than the network's falling silent. */
export async function drawn(page: Page): Promise<void> {
  await page.waitForSelector('[data-facet]', { state: 'attached' })
  await page.waitForFunction(
    () =>
      !document.querySelector('.loading, [aria-busy="true"]') &&
      [...document.querySelectorAll('[data-block], [data-table]')].every((block) => block.querySelector('canvas, .scene svg, table, [data-reason], [data-rows] p')),
  )
}

/** A picture of the whole page, when SCREENSHOTS names a folder for it. */
export async function shot(page: Page, name: string) {
  const dir = process.env.SCREENSHOTS
  if (!dir) return
  mkdirSync(dir, { recursive: true })
  await page.screenshot({ path: `${dir}/${name}.png`, fullPage: true })
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds of WCAG 2.1 A and AA, serious or worse, as sentences. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axeSource)
  return page.evaluate(async () => {
    const axe = (window as unknown as { axe: { run(o: object): Promise<{ violations: { id: string; impact: string; help: string; nodes: { html: string }[] }[] }> } }).axe
    const found = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })
    return found.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').map((v) => `${v.id}: ${v.help}: ${v.nodes[0]?.html.slice(0, 200)}`)
  })
}
