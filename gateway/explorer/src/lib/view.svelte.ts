// The view that the page shows. The address is its only home: Back, a bookmark
// and a shared link all show the same.
import { format, parse, type Filters, type View } from './selection'

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

addEventListener('popstate', () => (current = read()))

function go(next: View, replace = false) {
  const address = format(next)
  if (address !== location.pathname + location.search) history[replace ? 'replaceState' : 'pushState'](null, '', address)
  current = next
}

// An address without language or screen is completed, so that what is copied
// from the address bar always holds everything.
go(opened, true)

export const view = {
  get lang() {
    return current.lang
  },
  get bare() {
    return !Object.keys(current.filters).length && !Object.keys(current.options).length
  },
  get screen() {
    return current.screen
  },
  get filters() {
    return current.filters
  },
  /** What the address says of a choice that is not one of a list. */
  choice(name: string): string | undefined {
    return current.options[name]
  },
  option(name: string, fallback: string, allowed: readonly string[]): string {
    const value = current.options[name]
    return value !== undefined && allowed.includes(value) ? value : fallback
  },
  /** Changing the language is no step to go back from; language, screen and selection survive each other. */
  setLang(lang: View['lang']) {
    go({ ...current, lang }, true)
  },
  /** Choices belong to their screen; the selection goes along. */
  setScreen(screen: string, filters: Filters = current.filters) {
    go({ ...current, screen, filters, options: {} })
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
  },
  /** Several choices of the page at once; an empty one is left out. */
  setOptions(changed: Record<string, string>) {
    const options = Object.fromEntries(Object.entries({ ...current.options, ...changed }).filter(([, value]) => value))
    go({ ...current, options })
  },
  setFilters(filters: Filters) {
    go({ ...current, filters })
  },
  /** What is being typed is `passing`: no step to go back from. */
  setOption(name: string, value: string, fallback: string, passing = false) {
    const { [name]: _, ...options } = current.options
    go({ ...current, options: value === fallback ? options : { ...options, [name]: value } }, passing)
  },
}
