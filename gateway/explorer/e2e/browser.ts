// A real Chromium, a page that notes whatever goes wrong in it, and axe.
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page, type Request } from 'playwright-core'
import { onTestFinished } from 'vitest'

export const base = process.env.EXPLORER_URL ?? 'http://127.0.0.1:8080'

const path = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((p) => p && existsSync(p))

export function launch(): Promise<Browser> {
  if (!path) throw new Error('no Chromium: apt-get install chromium, or set CHROMIUM=/path/to/chrome')
  return chromium.launch({
    executablePath: path,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
}

export interface Opened {
  page: Page
  /** Console errors, failed requests and calls to other hosts, as they come. */
  faults: string[]
}

const asVisitor: BrowserContextOptions = { viewport: { width: 1440, height: 1000 }, reducedMotion: 'reduce' }
const shared = new WeakMap<Browser, Map<string, Promise<BrowserContext>>>()

/** What each page has asked and not got yet. */
const underWay = new WeakMap<Page, Set<Request>>()

/** A page that goes with its test, in a context with others like it: what they have fetched is there already. */
export async function open(browser: Browser, options: BrowserContextOptions = {}): Promise<Opened> {
  const opened = await keep(browser, options)
  onTestFinished(() => opened.page.close())
  return opened
}

/** The same for several tests. */
export async function keep(browser: Browser, options: BrowserContextOptions = {}): Promise<Opened> {
  const contexts = shared.get(browser) ?? new Map<string, Promise<BrowserContext>>()
  shared.set(browser, contexts)
  const like = JSON.stringify(options)
  const context = contexts.get(like) ?? browser.newContext({ ...asVisitor, ...options })
  contexts.set(like, context)
  return watched(await (await context).newPage())
}

/** A page of somebody who was never here: nothing stored, nothing fetched. */
export async function stranger(browser: Browser, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({ ...asVisitor, ...options })
  onTestFinished(() => context.close())
  return watched(await context.newPage())
}

function watched(page: Page): Opened {
  const faults: string[] = []
  const asked = new Set<Request>()
  underWay.set(page, asked)
  page.on('console', (m) => {
    if (m.type() === 'error' || m.type() === 'warning') faults.push(`console: ${m.text()}`)
  })
  page.on('pageerror', (e) => faults.push(`page: ${e.message}`))
  page.on('requestfinished', (r) => asked.delete(r))
  page.on('requestfailed', (r) => {
    asked.delete(r)
    // A request that a newer selection made needless is aborted by the page.
    if (r.failure()?.errorText !== 'net::ERR_ABORTED') faults.push(`request: ${r.url()} ${r.failure()?.errorText}`)
  })
  page.on('response', (r) => {
    if (r.status() >= 400) faults.push(`answer: ${r.status()} ${r.url()}`)
  })
  page.on('request', (r) => {
    asked.add(r)
    const url = new URL(r.url())
    if (url.protocol.startsWith('http') && url.origin !== new URL(base).origin) faults.push(`foreign host: ${r.url()}`)
  })
  return { page, faults }
}

/** Waits until nothing is on its way: no answer, and nothing that an answer brings. */
export async function still(page: Page): Promise<void> {
  const asked = underWay.get(page)!
  for (let quiet = 0; quiet < 2; quiet = asked.size ? 0 : quiet + 1) {
    await page.waitForFunction(() => document.readyState === 'complete' && !document.querySelector('.loading, [aria-busy="true"]'))
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))))
  }
}

/** Waits until the screen stands and nothing is on its way. */
export async function settled(page: Page): Promise<void> {
  await page.waitForSelector('[data-facet]', { state: 'attached' })
  await still(page)
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

/**
 * What axe finds of WCAG 2.1 A and AA, serious or worse, as sentences. The dark
 * page has the markup of the light one: where both are looked at, only the
 * colours of the dark one are.
 */
export async function barriers(page: Page, theme: 'light' | 'dark' = 'light'): Promise<string[]> {
  await page.evaluate(axeSource)
  return page.evaluate(async (theme) => {
    const axe = (window as unknown as { axe: { run(o: object): Promise<{ violations: { id: string; impact: string; help: string; nodes: { html: string }[] }[] }> } }).axe
    const found = await axe.run({ runOnly: theme === 'dark' ? ['color-contrast'] : ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })
    return found.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').map((v) => `${v.id}: ${v.help}: ${v.nodes[0]?.html.slice(0, 200)}`)
  }, theme)
}
