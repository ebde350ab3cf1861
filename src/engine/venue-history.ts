import type { Candle } from '../core/market/candle.ts'
import type { Instrument } from '../core/market/instrument.ts'
import { parseInterval } from '../core/market/interval.ts'
import type { Collector } from './collector/collector.ts'

/** Most series whose venue history is remembered; the least recently asked for goes first. */
const maxSeries = 200
/** A venue is asked again for the same stretch after this long. */
const keepMs = 60_000
const fetchDeadlineMs = 8_000

type Remembered = {
  readonly atMs: number
  readonly fromMs: number
  readonly toMs: number
  readonly candles: readonly Candle[]
}

/**
 * The venue's own candles from before our first trade, for charts: fetched when asked for, remembered
 * for a minute, never stored.
 */
export class VenueHistory {
  readonly #monotonicMs: () => number
  readonly #remembered = new Map<string, Remembered>()

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs
  }

  /**
   * The venue's candles in [fromMs, toMs), oldest first; empty where it serves none or cannot be asked now.
   */
  async before(
    collector: Collector,
    request: {
      readonly instrument: Instrument
      readonly interval: string
      readonly fromMs: number
      readonly toMs: number
    }
  ): Promise<readonly Candle[]> {
    const spec = parseInterval(request.interval)
    if (spec?.kind !== 'time' || request.fromMs >= request.toMs) return []
    const key = `${request.instrument.id}|${request.interval}`
    const known = this.#remembered.get(key)
    if (known !== undefined && this.#covers(known, request)) {
      return known.candles.filter(({ openMs }) => openMs >= request.fromMs && openMs < request.toMs)
    }
    const signal = AbortSignal.timeout(fetchDeadlineMs)
    const candles = await collector.venue.fetchCandles(collector.rest(signal), request)
    if (candles === null) return []
    this.#remember(key, { ...request, candles, atMs: this.#monotonicMs() })
    return candles
  }

  #covers(known: Remembered, request: { readonly fromMs: number; readonly toMs: number }): boolean {
    const isFresh = this.#monotonicMs() - known.atMs < keepMs
    return isFresh && known.fromMs <= request.fromMs && known.toMs >= request.toMs
  }

  #remember(key: string, remembered: Remembered): void {
    this.#remembered.delete(key)
    this.#remembered.set(key, remembered)
    const oldest = this.#remembered.keys().next().value
    if (this.#remembered.size > maxSeries && oldest !== undefined) this.#remembered.delete(oldest)
  }
}
