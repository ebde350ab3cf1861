import type { Candle } from '../core/market/candle.ts'
import type { Instrument } from '../core/market/instrument.ts'
import { parseInterval, type IntervalSpec } from '../core/market/interval.ts'
import type { Collector } from './collector/collector.ts'
import { deriveCandles } from '../core/market/derived-candles.ts'

/** Most series whose venue history is remembered; the least recently asked for goes first. */
const maxSeries = 200
/** A venue is asked again for the same stretch after this long. */
const keepMs = 60_000
const fetchDeadlineMs = 8_000
/** Finest size expected where a venue names none. */
const smallestSize = 1e-8

type Remembered = {
  readonly atMs: number
  readonly fromMs: number
  readonly toMs: number
  readonly candles: readonly Candle[]
}

/** Intervals that venues serve, coarsest first, to make those of that they do not. */
const servedIntervals = ['1h', '5m', '1m'] as const
/** Most finer candles fetched to make coarser ones. */
const maxFiner = 3_000

type HistoryRequest = {
  readonly instrument: Instrument
  readonly interval: string
  readonly fromMs: number
  readonly toMs: number
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
  async before(collector: Collector, request: HistoryRequest): Promise<readonly Candle[]> {
    const spec = parseInterval(request.interval)
    if (spec?.kind !== 'time' || request.fromMs >= request.toMs) return []
    const key = `${request.instrument.id}|${request.interval}`
    const known = this.#remembered.get(key)
    if (known !== undefined && this.#covers(known, request)) {
      return known.candles.filter(({ openMs }) => openMs >= request.fromMs && openMs < request.toMs)
    }
    const candles = await fetchOrDerive(collector, request, spec)
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

/** Asks for the interval itself, and makes it of finer candles where the venue does not serve it. */
async function fetchOrDerive(
  collector: Collector,
  request: HistoryRequest,
  spec: Extract<IntervalSpec, { readonly kind: 'time' }>
): Promise<readonly Candle[]> {
  const context = collector.rest(AbortSignal.timeout(fetchDeadlineMs))
  const { venue } = collector
  const own = await venue.fetchCandles(context, request)
  if (own !== null) return own
  for (const interval of servedIntervals) {
    const finerMs = lengthOf(interval)
    if (finerMs >= spec.lengthMs) continue
    const earliestMs = Math.max(request.fromMs, request.toMs - maxFiner * finerMs)
    const fromMs = alignUp(earliestMs, spec.lengthMs)
    const finer = await venue.fetchCandles(context, { ...request, interval, fromMs })
    if (finer === null) continue
    const { lotSize } = request.instrument
    return deriveCandles([...finer].reverse(), {
      spec,
      finest: lotSize ?? smallestSize,
      limit: maxFiner,
      mostRead: maxFiner
    }).candles
  }
  return []
}

function lengthOf(interval: string): number {
  const spec = parseInterval(interval)
  return spec?.kind === 'time' ? spec.lengthMs : Infinity
}

function alignUp(atMs: number, stepMs: number): number {
  return Math.ceil(atMs / stepMs) * stepMs
}
