import type { StructureRow } from '../contracts/state-rows.ts'
import type { Candle } from '../core/market/candle.ts'
import type { Instrument } from '../core/market/instrument.ts'
import { parseInterval, type IntervalSpec } from '../core/market/interval.ts'
import type { Collector } from './collector/collector.ts'
import { deriveCandles } from '../core/market/derived-candles.ts'

/** Candles remembered over all series; the stretches least recently fetched go first. */
const maxCandles = 100_000
/** A venue is asked again for the same stretch after this long. */
const keepMs = 60_000
/** A venue that failed is not asked again for the same interval before this. */
const restMs = 30_000
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
 * for a minute, never stored. Bounded by the candles remembered.
 */
export class VenueHistory {
  readonly #monotonicMs: () => number
  /** By series, in the order fetched. */
  readonly #remembered = new Map<string, Remembered>()
  readonly #fetching = new Map<string, Promise<readonly Candle[]>>()
  /** When a venue last failed, by venue and interval. */
  readonly #failedMs = new Map<string, number>()
  #candles = 0

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs
  }

  /** Candles remembered now. */
  get rememberedCandles(): number {
    return this.#candles
  }

  structures(): readonly StructureRow[] {
    return [{ name: 'candles of venues', size: this.#candles, bound: maxCandles, dropped: 0 }]
  }

  /** Forgets what it remembers; it is fetched again when asked for. */
  forgetAll(): void {
    this.#remembered.clear()
    this.#candles = 0
  }

  /**
   * The venue's candles in [fromMs, toMs), oldest first; empty where it serves none, or failed of late.
   * Those who ask for the same at once share one fetch. May take seconds: the venue's budget is shared.
   */
  async before(collector: Collector, request: HistoryRequest): Promise<readonly Candle[]> {
    const spec = parseInterval(request.interval)
    if (spec?.kind !== 'time' || request.fromMs >= request.toMs) return []
    this.#dropExpired()
    const series = `${request.instrument.id}|${request.interval}`
    const known = this.#remembered.get(series)
    if (known !== undefined && known.fromMs <= request.fromMs && known.toMs >= request.toMs) {
      return known.candles.filter(({ openMs }) => openMs >= request.fromMs && openMs < request.toMs)
    }
    const place = `${request.instrument.venue}|${request.interval}`
    if (this.#failedMs.has(place)) return []
    const key = `${series}|${request.fromMs}|${request.toMs}`
    const fetching = this.#fetching.get(key) ?? this.#fetch(collector, request, spec)
    this.#fetching.set(key, fetching)
    try {
      return await fetching
    } catch (error) {
      this.#failedMs.set(place, this.#monotonicMs())
      throw error
    } finally {
      this.#fetching.delete(key)
    }
  }

  async #fetch(
    collector: Collector,
    request: HistoryRequest,
    spec: TimeSpec
  ): Promise<readonly Candle[]> {
    const candles = await fetchOrDerive(collector, request, spec)
    const { fromMs, toMs } = request
    const remembered = { fromMs, toMs, candles, atMs: this.#monotonicMs() }
    this.#remember(`${request.instrument.id}|${request.interval}`, remembered)
    return candles
  }

  #remember(series: string, remembered: Remembered): void {
    this.#forget(series)
    this.#remembered.set(series, remembered)
    this.#candles += remembered.candles.length
    for (const oldest of this.#remembered.keys()) {
      if (this.#candles <= maxCandles) return
      this.#forget(oldest)
    }
  }

  #dropExpired(): void {
    const nowMs = this.#monotonicMs()
    for (const [place, failedMs] of this.#failedMs) {
      if (nowMs - failedMs >= restMs) this.#failedMs.delete(place)
    }
    const untilMs = nowMs - keepMs
    for (const [series, { atMs }] of this.#remembered) {
      if (atMs > untilMs) return
      this.#forget(series)
    }
  }

  #forget(series: string): void {
    this.#candles -= this.#remembered.get(series)?.candles.length ?? 0
    this.#remembered.delete(series)
  }
}

type TimeSpec = Extract<IntervalSpec, { readonly kind: 'time' }>

/** Asks for the interval itself, and makes it of finer candles where the venue does not serve it. */
async function fetchOrDerive(
  collector: Collector,
  request: HistoryRequest,
  spec: TimeSpec
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
