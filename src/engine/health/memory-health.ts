import type { MemoryFigures, StructureRow } from '../../contracts/state-rows.ts'
import { createTokenBucket, type TokenBucket } from '../../core/market/token-bucket.ts'
import type { GrowthTrend, Reading } from './growth-trend.ts'
import { GrowthWatch, type Growth } from './growth-watch.ts'
import type { MemoryContract } from './memory-contract.ts'
import { memoryTroubles } from './memory-troubles.ts'
import type { SwapWatch } from './swap-watch.ts'
import type { Trouble } from './trouble-watch.ts'

const bytesPerMb = 1_048_576
const residentEveryMs = 5_000
const contractEveryMs = 30_000
/** A growth is told for so long after it was last seen. */
const toldForMs = 60_000

/** Memory of the process at which it is told, and lets go of what can be had again. */
const warnBytes = 500 * bytesPerMb
const calmBytes = 475 * bytesPerMb
/** Memory of the process past which the engine is started anew, when two readings in a row say so. */
const killBytes = 900 * bytesPerMb
const killReadings = 2
const fullHeapShare = 0.8

/**
 * A heap that rose by so much since its floor, without a full collection for so long, is collected to see
 * what stays: under load V8 does so itself long before.
 */
const fastRise = { bytes: 48 * bytesPerMb, ms: 8_000 }
const slowRise = { bytes: bytesPerMb, ms: 90_000 }
/** Collections asked for: each holds the engine for tens of milliseconds. */
const collections = { burst: 4, perSecond: 1 / 90 }

/** A heap whose full collections can be heard of; `GcFloor` is one. */
export interface CollectedHeap {
  usedBytes(): number
  limitBytes(): number
  collect(): void
  close(): void
}

type Parts = {
  readonly contract: MemoryContract
  readonly swap: SwapWatch
  /** @param onFloor Hears what each full collection leaves. */
  readonly heap: (onFloor: (floor: Reading) => void) => CollectedHeap
  readonly residentBytes: () => number
  /** Lets go of what can be had again: charts first, then caches. */
  readonly shed: () => void
  /** The engine needs so much memory that it must start anew, MB. */
  readonly exceeded: (residentMb: number) => void
  readonly startedMs: number
  /** Growth is not looked for: the control of a run of faults. */
  readonly isBlind?: boolean
}

/** What is known of the engine's memory: its size, whether it grows, swapping, and the bounds of its structures. */
export class MemoryHealth {
  readonly #parts: Parts
  readonly #heap: CollectedHeap
  readonly #growth: GrowthWatch
  readonly #collections: TokenBucket
  #floor: Reading
  #hasFloor = false
  #residentBytes = 0
  #residentMs = -Infinity
  #isHigh = false
  #readingsOver = 0
  #trend: GrowthTrend | null = null
  #grown: (Growth & { readonly seenMs: number }) | null = null
  #structures: readonly StructureRow[] = []
  #structuresMs = -Infinity

  constructor(parts: Parts) {
    this.#parts = parts
    this.#growth = new GrowthWatch(parts.startedMs)
    this.#collections = createTokenBucket(collections, parts.startedMs)
    this.#heap = parts.heap((floor) => this.#noteFloor(floor))
    this.#floor = { atMs: parts.startedMs, bytes: this.#heap.usedBytes() }
  }

  /** Looks after what is due; called about once a second. @param monotonicMs On the clock of the floors. */
  look(monotonicMs: number): void {
    this.#collectWhenDoubtful(monotonicMs)
    void this.#parts.swap.look(monotonicMs)
    if (monotonicMs - this.#residentMs >= residentEveryMs) this.#lookAtProcess(monotonicMs)
    if (monotonicMs - this.#structuresMs >= contractEveryMs) {
      this.#structuresMs = monotonicMs
      this.#structures = this.#parts.contract.read()
    }
  }

  /** Memory of the process when it was last looked at, MB. */
  get residentMb(): number {
    return megabytes(this.#residentBytes)
  }

  figures(): MemoryFigures {
    const trend = this.#trend
    const { swappedBytes } = this.#parts.swap.figures
    return {
      heapFloorMb: this.#hasFloor ? megabytes(this.#floor.bytes) : null,
      growthMbPerMinute:
        trend === null
          ? null
          : {
              value: megabytes(trend.perMinute, 100),
              low: megabytes(trend.low, 100),
              high: megabytes(trend.high, 100)
            },
      swappedMb: swappedBytes === null ? null : megabytes(swappedBytes),
      structures: this.#structures
    }
  }

  /** What is wrong now, gravest first. */
  troubles(): readonly Trouble[] {
    const limitBytes = this.#heap.limitBytes()
    return memoryTroubles({
      residentMb: megabytes(this.#residentBytes),
      isHigh: this.#isHigh,
      heapMb: megabytes(this.#floor.bytes),
      heapLimitMb: megabytes(limitBytes),
      isHeapFull: this.#hasFloor && this.#floor.bytes >= limitBytes * fullHeapShare,
      growth: this.#grown,
      isSwapping: this.#parts.swap.figures.isSwapping,
      swappedMb: megabytes(this.#parts.swap.figures.swappedBytes ?? 0),
      structures: this.#structures
    })
  }

  close(): void {
    this.#heap.close()
  }

  #noteFloor(floor: Reading): void {
    this.#floor = floor
    this.#hasFloor = true
    this.#growth.floor(floor)
    this.#judge(floor.atMs)
  }

  #lookAtProcess(monotonicMs: number): void {
    const bytes = this.#parts.residentBytes()
    this.#residentMs = monotonicMs
    this.#residentBytes = bytes
    this.#growth.resident({ atMs: monotonicMs, bytes })
    this.#judge(monotonicMs)
    const wasHigh = this.#isHigh
    this.#isHigh = bytes >= (wasHigh ? calmBytes : warnBytes)
    if (this.#isHigh && !wasHigh) this.#parts.shed()
    this.#readingsOver = bytes >= killBytes ? this.#readingsOver + 1 : 0
    if (this.#readingsOver === killReadings) this.#parts.exceeded(megabytes(bytes))
  }

  #judge(monotonicMs: number): void {
    this.#trend = this.#growth.floorTrend(monotonicMs)
    const growth = this.#parts.isBlind === true ? null : this.#growth.judge(monotonicMs)
    if (growth !== null) this.#grown = { ...growth, seenMs: monotonicMs }
    else if (monotonicMs - (this.#grown?.seenMs ?? 0) >= toldForMs) this.#grown = null
  }

  /** Garbage and what is kept look alike until they are collected. */
  #collectWhenDoubtful(monotonicMs: number): void {
    const sinceMs = monotonicMs - this.#floor.atMs
    const risen = this.#heap.usedBytes() - this.#floor.bytes
    const isDoubtful = [fastRise, slowRise].some(({ bytes, ms }) => risen >= bytes && sinceMs >= ms)
    if (isDoubtful && this.#collections.take(monotonicMs)) this.#heap.collect()
  }
}

function megabytes(bytes: number, steps = 10): number {
  return Math.round((bytes / bytesPerMb) * steps) / steps
}
