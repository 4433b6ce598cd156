// A value that is loaded again whenever what it depends on changes. The old
// value stays while the new one is on its way, so that marks are dimmed and
// nothing jumps.
import { Problem } from './api'

export class Loaded<T> {
  value = $state.raw<T>()
  problem = $state.raw<Problem>()
  loading = $state(true)
  #attempt = $state(0)

  /** `fetch` reads reactive state before its first await; called in a component's setup. */
  constructor(fetch: (signal: AbortSignal) => Promise<T>) {
    $effect(() => {
      void this.#attempt
      const abort = new AbortController()
      this.loading = true
      fetch(abort.signal)
        .then(
          (value) => {
            if (abort.signal.aborted) return
            this.value = value
            this.problem = undefined
          },
          (cause: unknown) => {
            if (abort.signal.aborted) return
            this.problem = cause instanceof Problem ? cause : new Problem(String(cause), 0)
          },
        )
        .finally(() => {
          if (!abort.signal.aborted) this.loading = false
        })
      return () => abort.abort()
    })
  }

  retry = () => {
    this.#attempt++
  }
}
