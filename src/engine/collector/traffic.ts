import { createLatencyWindow } from '../../core/market/latency-window.ts'
import type { LatencyWindow } from '../../core/market/latency-window.ts'
import type { LogFields } from './log.ts'
import { sampleText } from './redaction.ts'

const seconds = 60
const historyStepSeconds = 10
const mostHistory = 30
const rateSeconds = 5
const mostKinds = 50

/** Sums over the last 60 s. */
export type TrafficSums = {
  readonly messages: number
  readonly bytes: number
  readonly rejected: number
}

/** What one connection carried. Counting a message costs a few integer additions and no allocation. */
export class Traffic {
  readonly latency: LatencyWindow = createLatencyWindow()
  rejected = 0
  unknown = 0
  #messages = 0
  #bytes = 0
  #rejectedNow = 0
  readonly #messageSlots = new Uint32Array(seconds)
  readonly #byteSlots = new Float64Array(seconds)
  readonly #rejectedSlots = new Uint32Array(seconds)
  #second = 0
  readonly #history: number[] = []
  readonly #kinds = new Map<string, { count: number; readonly sample: string }>()

  message(bytes: number): void {
    this.#messages += 1
    this.#bytes += bytes
  }

  /**
   * Counts a frame that could not be used.
   *
   * @returns Fields to log when its kind is new, with one sample; null when it was seen before.
   */
  oddFrame(
    odd: { readonly sort: 'rejected' | 'unknown'; readonly kind: string },
    frame: Buffer,
    apiKey: string | null
  ): LogFields | null {
    if (odd.sort === 'rejected') {
      this.rejected += 1
      this.#rejectedNow += 1
    } else {
      this.unknown += 1
    }
    const key = `${odd.sort}: ${odd.kind.slice(0, 100)}`
    const known = this.#kinds.get(key)
    if (known !== undefined) {
      known.count += 1
      return null
    }
    if (this.#kinds.size >= mostKinds) return null
    const sample = sampleText(frame.toString('utf8', 0, 400), apiKey)
    this.#kinds.set(key, { count: 1, sample })
    return { kind: key, sample }
  }

  /** Kinds of unusable frames with their count and one sample; at most 50, later kinds are only counted in the totals. */
  kinds(): readonly { readonly kind: string; readonly count: number; readonly sample: string }[] {
    return [...this.#kinds].map(([kind, { count, sample }]) => ({ kind, count, sample }))
  }

  /** Closes a second; its owner calls it every second, connected or not. */
  tick(): void {
    const slot = this.#second % seconds
    this.#messageSlots[slot] = this.#messages
    this.#byteSlots[slot] = this.#bytes
    this.#rejectedSlots[slot] = this.#rejectedNow
    this.#messages = 0
    this.#bytes = 0
    this.#rejectedNow = 0
    this.#second += 1
    if (this.#second % historyStepSeconds !== 0) return
    this.latency.rotate()
    this.#history.push(this.#meanOf(historyStepSeconds))
    if (this.#history.length > mostHistory) this.#history.shift()
  }

  /** Mean of the last five whole seconds. */
  messagesPerSecond(): number {
    return this.#meanOf(rateSeconds)
  }

  /** Messages per second, one value for each 10 s, newest last, at most 30. */
  history(): readonly number[] {
    return [...this.#history]
  }

  /** Sums of the last 60 whole seconds and the running one. */
  last60s(): TrafficSums {
    let messages = this.#messages
    let bytes = this.#bytes
    let rejected = this.#rejectedNow
    for (let slot = 0; slot < seconds; slot += 1) {
      messages += this.#messageSlots[slot] ?? 0
      bytes += this.#byteSlots[slot] ?? 0
      rejected += this.#rejectedSlots[slot] ?? 0
    }
    return { messages, bytes, rejected }
  }

  #meanOf(count: number): number {
    const whole = Math.min(count, this.#second)
    if (whole === 0) return 0
    let sum = 0
    for (let back = 1; back <= whole; back += 1) {
      sum += this.#messageSlots[(this.#second - back) % seconds] ?? 0
    }
    return Math.round((sum / whole) * 10) / 10
  }
}
