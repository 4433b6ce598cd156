// The pages that are not dashboards, by the first part of their address. Each
// comes when it is asked for.
import type { Component } from 'svelte'
import type { Lang } from '../lib/api'

export interface Page {
  id: string
  /** In the menu, in each language; pages about one thing are in no menu. */
  title?: Record<Lang, string>
  load: () => Promise<{ default: Component }>
}

const entity = () => import('./Entity.svelte')

export const pages: Page[] = [
  { id: 'report', title: { kk: 'Есеп құрастырғыш', ru: 'Конструктор отчётов', en: 'Report builder' }, load: () => import('./Report.svelte') },
  { id: 'compare', title: { kk: 'Салыстыру', ru: 'Сравнение', en: 'Compare' }, load: () => import('./Compare.svelte') },
  { id: 'reports', title: { kk: 'Нысандар', ru: 'Формы', en: 'Forms' }, load: () => import('./Reports.svelte') },
  { id: 'methodology', title: { kk: 'Әдістеме', ru: 'Методика', en: 'Methodology' }, load: () => import('./Methodology.svelte') },
  { id: 'data', title: { kk: 'Деректер', ru: 'Данные', en: 'Data' }, load: () => import('./Data.svelte') },
  { id: 'quality', title: { kk: 'Сапа', ru: 'Качество', en: 'Quality' }, load: () => import('./Quality.svelte') },
  { id: 'news', title: { kk: 'Не жаңалық', ru: 'Что нового', en: "What's new" }, load: () => import('./News.svelte') },
  { id: 'status', load: () => import('./Status.svelte') },
  { id: 'search', load: () => import('./Search.svelte') },
  { id: 'follow', load: () => import('./Follow.svelte') },
  { id: 'rows', load: () => import('./Rows.svelte') },
  { id: 'source', load: () => import('./Source.svelte') },
  ...['buyers', 'suppliers', 'processes', 'lots', 'contracts', 'categories', 'regions'].map((id) => ({ id, load: entity })),
]

/** The page of an address, and what follows in it: methodology/measures/lots gives ["measures", "lots"]. */
export function pageOf(screen: string): { page: Page | undefined; rest: string[] } {
  const [first = '', ...rest] = screen.split('/')
  return { page: pages.find((p) => p.id === first), rest: rest.map(decoded) }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
