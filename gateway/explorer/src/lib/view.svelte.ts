// The view that the page shows. The address is its only home: Back, a bookmark
// and a shared link all show the same.
import { format, held, parse, same, type Filters, type View } from './selection'
import * as steps from './steps'

function preferred(): View['lang'] {
  for (const tag of navigator.languages ?? []) {
    const lang = tag.slice(0, 2)
    if (lang === 'kk' || lang === 'ru' || lang === 'en') return lang
  }
  return 'ru'
}

function read(): View {
  return parse(location.pathname, location.search.slice(1), { lang: preferred(), screen: 'main', filters: {}, options: {} })
}

const opened = read()
let current = $state.raw<View>(opened)
let walked = $state.raw(steps.begin(opened.filters))

// Each part changes by itself: whoever reads the language does not load anew
// because a choice has changed.
const lang = $derived(current.lang)
const screen = $derived(current.screen)
const filters = $derived(current.filters)
const options = $derived(current.options)
const locks: readonly string[] = $derived(current.locks ?? [])

/** The view with the parts of the old one that are equal. */
function kept(next: View): View {
  const equal = JSON.stringify(next.options) === JSON.stringify(current.options)
  return { ...next, filters: same(next.filters, current.filters) ? current.filters : next.filters, options: equal ? current.options : next.options }
}

addEventListener('popstate', () => {
  current = kept(read())
  walked = steps.step(walked, current.filters, same)
})

function go(to: View, replace = false) {
  // What is no longer selected is no longer locked.
  const next = { ...to, locks: to.locks?.filter((field) => to.filters[field]) }
  const address = format(next)
  if (address !== location.pathname + location.search) history[replace ? 'replaceState' : 'pushState'](null, '', address)
  current = kept(next)
  walked = steps.step(walked, next.filters, same)
}

function walk(to: steps.Steps<Filters>) {
  const filters = held(current.filters, to.now, current.locks)
  walked = { ...to, now: filters }
  go({ ...current, filters })
}

// An address without language or screen is completed, so that what is copied
// from the address bar always holds everything.
go(opened, true)

export const view = {
  get lang() {
    return lang
  },
  get bare() {
    return !Object.keys(filters).length && !Object.keys(options).length
  },
  get screen() {
    return screen
  },
  get filters() {
    return filters
  },
  get locks() {
    return locks
  },
  get canUndo() {
    return walked.past.length > 0
  },
  get canRedo() {
    return walked.undone.length > 0
  },
  /** What the address says of a choice that is not one of a list. */
  choice(name: string): string | undefined {
    return options[name]
  },
  option(name: string, fallback: string, allowed: readonly string[]): string {
    const value = options[name]
    return value !== undefined && allowed.includes(value) ? value : fallback
  },
  /** Changing the language is no step to go back from; language, screen and selection survive each other. */
  setLang(lang: View['lang']) {
    go({ ...current, lang }, true)
  },
  /** Choices belong to their screen; the selection goes along. */
  setScreen(screen: string, filters: Filters = current.filters) {
    go({ ...current, screen, filters: held(current.filters, filters, current.locks), options: {} })
  },
  /** Follows a link within the Explorer: another page, with its own choices. */
  visit(href: string, replace = false) {
    const url = new URL(href, location.href)
    go(parse(url.pathname, url.search.slice(1), { ...current, filters: {}, options: {} }), replace)
    scrollTo(0, 0)
  },
  /** Completes the address that the page was opened with: no step to go back from. */
  settle(screen: string, filters: Filters) {
    go({ ...current, screen, filters }, true)
    walked = steps.begin(filters)
  },
  /** Several choices of the page at once; an empty one is left out. */
  setOptions(changed: Record<string, string>) {
    const options = Object.fromEntries(Object.entries({ ...current.options, ...changed }).filter(([, value]) => value))
    go({ ...current, options })
  },
  /** What is locked stays. */
  setFilters(filters: Filters) {
    go({ ...current, filters: held(current.filters, filters, current.locks) })
  },
  lock(field: string) {
    const locks = current.locks ?? []
    go({ ...current, locks: locks.includes(field) ? locks.filter((l) => l !== field) : [...locks, field] })
  },
  undo() {
    if (walked.past.length) walk(steps.undo(walked))
  },
  redo() {
    if (walked.undone.length) walk(steps.redo(walked))
  },
  /** What is being typed is `passing`: no step to go back from. */
  setOption(name: string, value: string, fallback: string, passing = false) {
    const { [name]: _, ...options } = current.options
    go({ ...current, options: value === fallback ? options : { ...options, [name]: value } }, passing)
  },
}
