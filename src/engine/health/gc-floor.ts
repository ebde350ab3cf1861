import { constants, PerformanceObserver, type PerformanceEntry } from 'node:perf_hooks'
import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Reading } from './growth-trend.ts'

const youngSpaces: ReadonlySet<string> = new Set(['new_space', 'new_large_object_space'])

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

  /**
   * In use now, with garbage that outlived its youth, but not the young generation: on a busy machine that
   * has filled again before anybody looks. Some 10 µs.
   */
  usedBytes(): number {
    let bytes = getHeapStatistics().external_memory
    for (const { space_name: name, space_used_size: used } of getHeapSpaceStatistics()) {
      if (!youngSpaces.has(name)) bytes += used
    }
    return bytes
  }

  /** What the heap may grow to before the process is ended. */
  limitBytes(): number {
    return getHeapStatistics().heap_size_limit
  }

  /** Collects now; holds the thread for 50 to 100 ms with the heap of an engine, where V8's own way takes 5 to 10. */
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
