import type { StructureRow } from '../contracts/state-rows.ts'
import type { Candle } from '../core/market/candle.ts'
import type { Instrument, InstrumentId } from '../core/market/instrument.ts'
import { parseInterval } from '../core/market/interval.ts'
import type { Collector } from './collector/collector.ts'
import type { VenueHistory } from './venue-history.ts'

const minuteMs = 60_000
const hourMs = 3_600_000
/** Series whose head is remembered; the oldest goes first, and is fetched again when its chart is opened. */
const mostHeads = 4_096

/** What the venue tells of a candle's time before we began to collect. */
type Head = {
  readonly openMs: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly volume: number
}

/**
 * Completes candles that were already running when an instrument was first collected: the venue's own
 * finer candles give what lay before. The minute in which we began is ours alone, so that nothing
 * counts twice. For showing only; the store keeps what the trades say. One head a series, 4,096 at most.
 */
export class RunningHeads {
  readonly #history: VenueHistory
  /** When each instrument was first collected, run clock; null where that is too long ago to matter. */
  readonly #beganMs = new Map<InstrumentId, number | null>()
  readonly #heads = new Map<string, Head>()

  constructor(history: VenueHistory) {
    this.#history = history
  }

  /** An instrument was first collected at this time of the run clock. */
  began(id: InstrumentId, runMs: number): void {
    this.#beganMs.set(id, runMs)
  }

  /** No candle of an instrument is still running that ran when it was first collected. */
  beganBefore(id: InstrumentId): void {
    this.#beganMs.set(id, null)
  }

  /** Tells whether it was said when the instrument was first collected. */
  isKnown(id: InstrumentId): boolean {
    return this.#beganMs.has(id)
  }

  /** Fetches the head of the candle that was running when collecting began, if that is still wanted. */
  async learn(collector: Collector, instrument: Instrument, interval: string): Promise<void> {
    const spec = parseInterval(interval)
    const beganMs = this.#beganMs.get(instrument.id) ?? null
    const key = keyOf(instrument.id, interval)
    if (beganMs === null || spec?.kind !== 'time' || this.#heads.has(key)) return
    const openMs = beganMs - (beganMs % spec.lengthMs)
    const endMs = beganMs - (beganMs % minuteMs)
    if (endMs <= openMs) return
    const hoursEndMs = spec.lengthMs > hourMs ? endMs - (endMs % hourMs) : openMs
    const parts = [
      { interval: '1h', fromMs: openMs, toMs: hoursEndMs },
      { interval: '1m', fromMs: hoursEndMs, toMs: endMs }
    ]
    const candles: Candle[] = []
    for (const part of parts) {
      candles.push(...(await this.#history.before(collector, { instrument, ...part })))
    }
    const head = headOf(openMs, candles)
    if (head !== null) this.#keep(key, head)
  }

  /**
   * Learns the head of a series' first candle from the venue's own candle of the same time, where
   * nothing finer told of it: what the venue counts beyond ours lay before we began.
   *
   * @param ownVolume Of our candle of that time so far; 0 before our first trade.
   */
  learnFrom(venue: Candle, ownVolume: number): void {
    const key = keyOf(venue.instrument, venue.interval)
    const { openMs, open, high, low } = venue
    if (this.#heads.get(key)?.openMs === openMs) return
    const volume = Math.max(0, venue.volume - ownVolume)
    this.#keep(key, { openMs, open, high, low, volume })
  }

  /** The candle with its head, if it is the one that has one. */
  complete(candle: Candle): Candle {
    const head = this.#heads.get(keyOf(candle.instrument, candle.interval))
    if (head?.openMs !== candle.openMs) return candle
    return {
      ...candle,
      open: head.open,
      high: Math.max(head.high, candle.high),
      low: Math.min(head.low, candle.low),
      volume: head.volume + candle.volume,
      source: 'venue'
    }
  }

  structures(): readonly StructureRow[] {
    const size = this.#heads.size
    return [{ name: 'running candles of venues', size, bound: mostHeads, dropped: 0 }]
  }

  #keep(key: string, head: Head): void {
    this.#heads.set(key, head)
    const oldest = this.#heads.keys().next().value
    if (this.#heads.size > mostHeads && oldest !== undefined) this.#heads.delete(oldest)
  }
}

function headOf(openMs: number, candles: readonly Candle[]): Head | null {
  const [first] = candles
  if (first === undefined) return null
  return {
    openMs,
    open: first.open,
    high: Math.max(...candles.map(({ high }) => high)),
    low: Math.min(...candles.map(({ low }) => low)),
    volume: candles.reduce((sum, { volume }) => sum + volume, 0)
  }
}

function keyOf(id: string, interval: string): string {
  return `${id}|${interval}`
}
