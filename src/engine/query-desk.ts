import type { Candle } from '../core/market/candle.ts'
import type { Instrument, InstrumentId } from '../core/market/instrument.ts'
import { parseInterval } from '../core/market/interval.ts'
import type { Pipeline } from '../core/pipeline/pipeline.ts'
import type { CandleQuery, Query, QueryResult, StreamError } from '../contracts/state-stream.ts'
import { waitAtMost } from './bounded-wait.ts'
import type { Clock } from './collector/clock.ts'
import type { Collector } from './collector/collector.ts'
import type { IncidentDesk } from './incident-desk.ts'
import type { LedgerDesk, LedgerDeskQuery } from './ledger-desk.ts'
import type { StoreReader, StoreWriter } from './storage/store.ts'
import type { RunningHeads } from './running-heads.ts'
import { VenueHelp } from './venue-help.ts'
import type { VenueHistory } from './venue-history.ts'

/** What was received is readable after this; a store that is slower is answered for by memory. */
const flushMs = 500
const dayMinutes = 1_440

type Parts = {
  readonly pipeline: Pick<Pipeline, 'candlesInMemory' | 'runNowMs'>
  readonly writer: Pick<StoreWriter, 'flush'>
  readonly reader: Pick<StoreReader, 'candles' | 'trades'>
  readonly ledger: Pick<LedgerDesk, 'answer'>
  readonly incidents: Pick<IncidentDesk, 'answer'>
  readonly history: VenueHistory
  readonly heads: RunningHeads
  readonly clock: Clock
  readonly collectorOf: (id: InstrumentId) => Collector | null
  readonly log: (event: string, fields: Readonly<Record<string, string>>) => void
}

/** Answers the stream's queries from store, memory and, for what lies before both, the venue. */
export class QueryDesk {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async answer(query: Query): Promise<QueryResult | StreamError> {
    if (query.name === 'gaps' && query.instrument === null) return this.#ledger(query)
    if (query.name === 'incidents') return this.#parts.incidents.answer(query)
    const id = query.instrument as InstrumentId
    const collector = this.#parts.collectorOf(id)
    const instrument = collector?.instruments().find((each) => each.id === id)
    if (collector === null || instrument === undefined) {
      return {
        code: 'unknown-instrument',
        message: `no instrument ${JSON.stringify(query.instrument)} is collected`,
        parameter: 'instrument'
      }
    }
    if (query.name === 'ledger' || query.name === 'gaps') return this.#ledger(query)
    await this.#flush()
    if (query.name === 'trades') {
      return { name: 'trades', trades: await this.#parts.reader.trades(query) }
    }
    if (parseInterval(query.interval) === null) {
      return {
        code: 'bad-query',
        message: `${JSON.stringify(query.interval)} is no interval`,
        parameter: 'interval'
      }
    }
    return this.#candles(query, { collector, instrument })
  }

  async #ledger(query: LedgerDeskQuery): Promise<QueryResult> {
    await this.#flush()
    return this.#parts.ledger.answer(query)
  }

  /** What has been received should be readable: a query is answered behind the rows before it. */
  async #flush(): Promise<void> {
    await waitAtMost(this.#parts.writer.flush(), flushMs, this.#parts.clock)
  }

  async #candles(
    query: CandleQuery,
    { collector, instrument }: { readonly collector: Collector; readonly instrument: Instrument }
  ): Promise<QueryResult> {
    const help = new VenueHelp(this.#parts.clock)
    const stored = await this.#parts.reader.candles(query)
    await this.#helped(instrument, help, () => this.#learnHead(query, { collector, instrument }))
    const kept = this.#withMemory(query, stored.candles)
    const whole = () => kept.map((candle) => this.#parts.heads.complete(candle))
    if (kept.length >= query.limit || !stored.complete) {
      return { name: 'candles', candles: whole().slice(-query.limit), complete: false }
    }
    const earlier = await this.#helped(instrument, help, () =>
      this.#earlier(query, { collector, instrument }, kept)
    )
    if (query.fromMs === null && query.toMs === null) this.#learnFirst(earlier ?? [], kept[0])
    const candles = joinHistory(earlier ?? [], whole()).slice(-query.limit)
    return { name: 'candles', candles, complete: candles.length < query.limit }
  }

  /** Memory knows the newest state of what may still change; the store may be a batch behind. */
  #withMemory(query: CandleQuery, stored: readonly Candle[]): readonly Candle[] {
    const id = query.instrument as InstrumentId
    const merged = new Map(stored.map((candle) => [keyOf(candle), candle]))
    for (const candle of this.#parts.pipeline.candlesInMemory(id, query.interval)) {
      if (isWithin(candle, query)) merged.set(keyOf(candle), candle)
    }
    return [...merged.values()].sort((a, b) => a.openMs - b.openMs || a.index - b.index)
  }

  async #earlier(
    query: CandleQuery,
    { collector, instrument }: { readonly collector: Collector; readonly instrument: Instrument },
    own: readonly Candle[]
  ): Promise<readonly Candle[]> {
    const spec = parseInterval(query.interval)
    if (spec?.kind !== 'time') return []
    const { lengthMs } = spec
    const runNowMs = this.#parts.pipeline.runNowMs()
    // Our first candle began before we did, so the venue is asked for it as well.
    const firstOwnMs = own[0]?.openMs
    const endMs = firstOwnMs === undefined ? runNowMs : firstOwnMs + lengthMs
    const toMs = Math.min(query.toMs ?? Infinity, Math.ceil(endMs / lengthMs) * lengthMs)
    const missing = query.limit - own.length + 1
    const fromMs = Math.max(query.fromMs ?? 0, toMs - missing * lengthMs)
    return this.#parts.history.before(collector, {
      instrument,
      interval: query.interval,
      fromMs,
      toMs
    })
  }

  async #learnHead(
    { interval }: CandleQuery,
    { collector, instrument }: { readonly collector: Collector; readonly instrument: Instrument }
  ): Promise<void> {
    const { heads } = this.#parts
    if (!heads.isKnown(instrument.id)) {
      const firstMs = await this.#firstMinuteMs(instrument.id)
      if (firstMs === null) heads.beganBefore(instrument.id)
      else heads.began(instrument.id, firstMs)
    }
    await heads.learn(collector, instrument, interval)
  }

  /** Those who watch a series are told of its first candle too, and must see it whole as well. */
  #learnFirst(earlier: readonly Candle[], first: Candle | undefined): void {
    const same = first === undefined ? earlier.at(-1) : findAt(earlier, first.openMs)
    if (same !== undefined) this.#parts.heads.learnFrom(same, first?.volume ?? 0)
  }

  /** The minute of an instrument's first trade, where the day that it was first collected on still runs. */
  async #firstMinuteMs(instrument: InstrumentId): Promise<number | null> {
    const { reader, pipeline } = this.#parts
    const query = { name: 'candles', instrument, toMs: null } as const
    const days = await reader.candles({ ...query, interval: '1d', fromMs: null, limit: 2 })
    const [day] = days.candles
    if (day === undefined || days.candles.length > 1 || day.closeMs <= pipeline.runNowMs()) {
      return null
    }
    const minutes = { ...query, interval: '1m', fromMs: day.openMs, limit: dayMinutes }
    return (await reader.candles(minutes)).candles[0]?.openMs ?? null
  }

  /** Help is no promise: without it, or where it takes too long, the chart shows what is stored. */
  async #helped<Value>(
    instrument: Instrument,
    help: VenueHelp,
    ask: () => Promise<Value>
  ): Promise<Value | null> {
    if (help.isSpent) return null
    const outcome = await help.wait(ask)
    if (outcome.kind === 'done') return outcome.value
    const reason = outcome.kind === 'late' ? 'the venue did not answer in time' : outcome.error
    this.#parts.log('history-unavailable', {
      instrument: instrument.id,
      reason: reason instanceof Error ? reason.message : String(reason)
    })
    return null
  }
}

/**
 * Puts the venue's candles before our own. Where both tell of the same candle, ours began late: it
 * keeps its close and takes the venue's open, extremes and, where larger, volume.
 */
export function joinHistory(earlier: readonly Candle[], own: readonly Candle[]): readonly Candle[] {
  const [first, ...rest] = own
  if (first === undefined) return earlier
  const before = earlier.filter(({ openMs }) => openMs < first.openMs)
  const same = findAt(earlier, first.openMs)
  if (same === undefined) return [...before, ...own]
  const joined: Candle = {
    ...first,
    open: same.open,
    high: Math.max(same.high, first.high),
    low: Math.min(same.low, first.low),
    volume: Math.max(same.volume, first.volume),
    source: 'venue'
  }
  return [...before, joined, ...rest]
}

function findAt(candles: readonly Candle[], atMs: number): Candle | undefined {
  return candles.find(({ openMs }) => openMs === atMs)
}

function isWithin(candle: Candle, { fromMs, toMs }: CandleQuery): boolean {
  return candle.openMs >= (fromMs ?? -Infinity) && candle.openMs < (toMs ?? Infinity)
}

function keyOf(candle: Candle): string {
  return candle.dayMs === 0 ? String(candle.openMs) : `${candle.dayMs}|${candle.index}`
}
