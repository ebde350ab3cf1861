import type { GrowthTrend, Reading } from './growth-trend.ts'
import { growthTrend } from './growth-trend.ts'
import { ReadingWindow } from './reading-window.ts'

const bytesPerMb = 1_048_576

/** How a kind of growth is looked for. */
type Rule = {
  /** Readings of so long are looked at, one of each `binMs`: the least. */
  readonly windowMs: number
  readonly binMs: number
  /** They must span so much, and be so many. */
  readonly leastSpanMs: number
  readonly leastReadings: number
  /** Not looked for before this age of the process: it fills its caches. */
  readonly warmUpMs: number
  /** Told when the lower bound of the slope is above, bytes a minute. */
  readonly abovePerMinute: number
  /** Told only when the slope itself is above, bytes a minute. */
  readonly leastPerMinute: number
  /** Told only when the last reading lies so far above the first. */
  readonly leastRise: number
}

/** A leak that would end the process within minutes, in what collections of garbage leave. */
const fastHeap: Rule = {
  windowMs: 30_000,
  binMs: 1_000,
  leastSpanMs: 8_000,
  leastReadings: 3,
  warmUpMs: 30_000,
  abovePerMinute: 50 * bytesPerMb,
  leastPerMinute: 50 * bytesPerMb,
  leastRise: 32 * bytesPerMb
}

/** The same outside the heap, where nothing tells garbage from what is used. */
const fastProcess: Rule = {
  ...fastHeap,
  binMs: 5_000,
  warmUpMs: 60_000,
  leastRise: 64 * bytesPerMb
}

const slowHeap: Rule = {
  windowMs: 480_000,
  binMs: 20_000,
  leastSpanMs: 240_000,
  leastReadings: 5,
  warmUpMs: 180_000,
  abovePerMinute: 0.5 * bytesPerMb,
  leastPerMinute: bytesPerMb,
  leastRise: 2 * bytesPerMb
}

/** 100 MB an hour. */
const slowProcess: Rule = {
  windowMs: 3_600_000,
  binMs: 60_000,
  leastSpanMs: 1_200_000,
  leastReadings: 20,
  warmUpMs: 180_000,
  abovePerMinute: (100 / 60) * bytesPerMb,
  leastPerMinute: (100 / 60) * bytesPerMb,
  leastRise: 32 * bytesPerMb
}

/** Memory that grows and does not come back. */
export type Growth = {
  /** `heap`: what collections of garbage leave; `process`: what the process holds. */
  readonly of: 'heap' | 'process'
  readonly pace: 'fast' | 'slow'
  readonly trend: GrowthTrend
}

/**
 * Tells whether memory grows: by the floor of the heap, which is what collections of garbage leave, and
 * by the memory of the whole process. Times are monotonic ms. Bound: 61 readings of a search.
 */
export class GrowthWatch {
  readonly #searches: readonly Search[]
  readonly #slowFloor: Search

  /** @param startedMs From when on the process warms up. */
  constructor(startedMs: number) {
    const search = (of: Growth['of'], pace: Growth['pace'], rule: Rule) =>
      new Search({ of, pace, rule, fromMs: startedMs + rule.warmUpMs })
    this.#slowFloor = search('heap', 'slow', slowHeap)
    this.#searches = [
      search('heap', 'fast', fastHeap),
      search('process', 'fast', fastProcess),
      this.#slowFloor,
      search('process', 'slow', slowProcess)
    ]
  }

  /** Takes what a collection of garbage left. */
  floor(reading: Reading): void {
    for (const search of this.#searches) if (search.of === 'heap') search.add(reading)
  }

  /** Takes the memory of the process. */
  resident(reading: Reading): void {
    for (const search of this.#searches) if (search.of === 'process') search.add(reading)
  }

  /** What grows, the worst of it; null when nothing does. */
  judge(nowMs: number): Growth | null {
    for (const search of this.#searches) {
      const growth = search.find(nowMs)
      if (growth !== null) return growth
    }
    return null
  }

  /** The slope of the floor over the last eight minutes; null while too little is known. */
  floorTrend(nowMs: number): GrowthTrend | null {
    return this.#slowFloor.trend(nowMs)
  }
}

class Search {
  readonly of: Growth['of']
  readonly #pace: Growth['pace']
  readonly #rule: Rule
  readonly #fromMs: number
  readonly #readings: ReadingWindow

  constructor(options: {
    readonly of: Growth['of']
    readonly pace: Growth['pace']
    readonly rule: Rule
    readonly fromMs: number
  }) {
    this.of = options.of
    this.#pace = options.pace
    this.#rule = options.rule
    this.#fromMs = options.fromMs
    this.#readings = new ReadingWindow(options.rule)
  }

  add(reading: Reading): void {
    if (reading.atMs >= this.#fromMs) this.#readings.add(reading)
  }

  find(nowMs: number): Growth | null {
    const { leastRise, abovePerMinute, leastPerMinute } = this.#rule
    if (this.#readings.riseAt(nowMs) < leastRise) return null
    const trend = this.trend(nowMs)
    if (trend === null || trend.low <= abovePerMinute) return null
    if (trend.perMinute <= leastPerMinute) return null
    return { of: this.of, pace: this.#pace, trend }
  }

  trend(nowMs: number): GrowthTrend | null {
    const { leastSpanMs, leastReadings } = this.#rule
    const readings = this.#readings.readings(nowMs)
    const spanMs = (readings.at(-1)?.atMs ?? 0) - (readings[0]?.atMs ?? 0)
    return readings.length < leastReadings || spanMs < leastSpanMs ? null : growthTrend(readings)
  }
}
