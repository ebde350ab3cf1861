import { constants, PerformanceObserver, type PerformanceEntry } from 'node:perf_hooks'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Reading } from './growth-trend.ts'

/**
 * Tells what each full collection of garbage leaves of this thread's heap, with the buffers that it
 * holds: the floor, under which no collection gets. V8 itself collects every few seconds under load; a
 * quiet heap is collected when asked.
 */
export class GcFloor {
  readonly #observer: PerformanceObserver
  #collect: (() => void) | null = null

  /** @param onFloor Told within milliseconds of each full collection. */
  constructor(onFloor: (floor: Reading) => void) {
    this.#observer = new PerformanceObserver((list) => {
      if (!list.getEntries().some(isFullCollection)) return
      onFloor({ atMs: performance.now(), bytes: this.usedBytes() })
    })
    this.#observer.observe({ entryTypes: ['gc'] })
  }

  /** In use now, garbage included: the floor is not above. A microsecond. */
  usedBytes(): number {
    const { used_heap_size: heap, external_memory: buffers } = getHeapStatistics()
    return heap + buffers
  }

  /** What the heap may grow to before the process is ended. */
  limitBytes(): number {
    return getHeapStatistics().heap_size_limit
  }

  /** Collects now; holds the thread for some 15 to 60 ms with the heap of an engine. */
  collect(): void {
    this.#collect ??= collector()
    this.#collect()
  }

  close(): void {
    this.#observer.disconnect()
  }
}

function isFullCollection(entry: PerformanceEntry): boolean {
  const detail: unknown = 'detail' in entry ? entry.detail : null
  if (typeof detail !== 'object' || detail === null || !('kind' in detail)) return false
  return detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR
}

/** The flag adds `gc` to contexts made from now on: to this one alone. */
function collector(): () => void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  return typeof collect === 'function'
    ? () => void Reflect.apply(collect, undefined, [])
    : () => undefined
}
