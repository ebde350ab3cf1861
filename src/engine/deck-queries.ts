import type { Incident } from '../contracts/incident.ts'
import type {
  CandleQuery,
  Query,
  QueryResult,
  StreamError,
  TradeRecord
} from '../contracts/state-stream.ts'
import type { Candle } from '../core/market/candle.ts'
import type { Instrument, InstrumentId } from '../core/market/instrument.ts'
import { parseInterval, type IntervalSpec } from '../core/market/interval.ts'
import type { ArrivedTrade } from '../core/market/trade-order.ts'
import type { DeckTape } from './deck-tape.ts'
import type { TapeRange } from './replay/tape-source.ts'
import type { StoredInstrument } from './storage/stored-instruments.ts'

/** Trades are read back from the cursor by stretches, the first of them this long, each four times as long. */
const firstStretchMs = 60_000
const stretchGrowth = 4
/** Trades may come so late where no gap tells of them. */
const settledAfterMs = 60_000
/** Longer candles take in too many trades to be built for an answer. */
const longestRebuiltMs = 3_600_000

type TradesQuery = Extract<Query, { readonly name: 'trades' }>
type LedgerQuery = Extract<Query, { readonly name: 'ledger' }>
type GapsQuery = Extract<Query, { readonly name: 'gaps' }>
type IncidentsQuery = Extract<Query, { readonly name: 'incidents' }>

/** Tells when the market of an instrument was closed within a stretch. */
export type ClosedOf = (instrument: Instrument, range: TapeRange) => readonly TapeRange[]

/** Answers queries as the store would have answered them at a deck's cursor; what came after it is not told. */
export class DeckQueries {
  readonly #tape: DeckTape
  readonly #closedOf: ClosedOf

  constructor(tape: DeckTape, closedOf: ClosedOf) {
    this.#tape = tape
    this.#closedOf = closedOf
  }

  answer(query: Query): QueryResult | StreamError {
    if (query.name === 'incidents') return this.#incidents(query)
    if (query.name === 'gaps' && query.instrument === null) return this.#gaps(query, null)
    const of = this.#tape.played.find(({ id }) => id === query.instrument)
    if (of === undefined)
      return {
        code: 'unknown-instrument',
        message: `${JSON.stringify(query.instrument)} is not played`,
        parameter: 'instrument'
      }
    switch (query.name) {
      case 'candles':
        return this.#candles(query, of)
      case 'trades':
        return { name: 'trades', trades: this.#trades(query, of) }
      case 'ledger':
        return this.#ledger(query, of)
      case 'gaps':
        return this.#gaps(query, of.id)
    }
  }

  get #atMs(): number {
    return this.#tape.cursor.atMs
  }

  /** Of the day that is played as they were played; of the days before as they are stored. */
  #candles(query: CandleQuery, of: StoredInstrument): QueryResult | StreamError {
    const spec = parseInterval(query.interval)
    if (spec === null)
      return {
        code: 'bad-query',
        message: `${JSON.stringify(query.interval)} is no interval`,
        parameter: 'interval'
      }
    const range = { fromMs: query.fromMs ?? -Infinity, toMs: query.toMs ?? Infinity }
    const cutMs = this.#playedFromMs(spec)
    const { candles, heldFromMs } = this.#tape.cursor.day.replay.playedCandles(of.id, spec.interval)
    const isAsked = ({ openMs }: Candle) =>
      openMs >= Math.max(range.fromMs, cutMs) && openMs < range.toMs
    const played = candles.filter(isAsked).slice(-query.limit)
    const room = query.limit - played.length
    if (room === 0 || (heldFromMs !== null && range.fromMs < heldFromMs))
      return { name: 'candles', candles: played, complete: false }
    const before = { ...range, toMs: Math.min(range.toMs, cutMs) }
    const { candles: stored, complete } = this.#tape.snapshot.newestCandles(of, spec, before, room)
    const known = this.#asKnown(stored, of, spec)
    return { name: 'candles', candles: [...known, ...played], complete }
  }

  /**
   * Candles of days before as they were known at the cursor: in stretches that were not settled yet they
   * are built anew of the trades that had come. Of very long ones the state alone is told.
   */
  #asKnown(stored: readonly Candle[], of: StoredInstrument, spec: IntervalSpec): readonly Candle[] {
    const ledger = this.#tape.cursor.day.replay.ledger(of.id)
    if (this.#tape.view === 'final' || ledger === null || stored.length === 0) return stored
    const states = ledger.statesAt(stored, this.#atMs)
    const told = stored.map((candle, at) => {
      const state = states[at] ?? 'unproven'
      return { ...candle, state, final: candle.final && state !== 'open' }
    })
    if (spec.kind === 'tick' || spec.lengthMs > longestRebuiltMs) return told
    const isUnsettled = ({ state, closeMs }: Candle) =>
      state === 'open' || closeMs > this.#atMs - settledAfterMs
    const unsettled = told.filter(isUnsettled)
    const [first, last] = [unsettled[0], unsettled.at(-1)]
    if (first === undefined || last === undefined) return told
    const { replay } = this.#tape.cursor.day
    const range = { fromMs: first.openMs, toMs: last.closeMs }
    const request = { kind: 'time', instrument: of.id, interval: spec.interval, ...range } as const
    const isKnown = (...[, arrival]: readonly [number, number]) => arrival <= replay.newestArrival
    const built = this.#tape.source.rebuild(request, isKnown, this.#atMs).candles
    const byOpen = new Map(built.map((candle) => [candle.openMs, candle]))
    return told.flatMap((candle) => {
      if (!isUnsettled(candle)) return candle
      const known = byOpen.get(candle.openMs)
      if (known === undefined) return []
      const { state, final } = candle
      return { ...known, state, final: known.final && final }
    })
  }

  /** Where the first candle opens that is played as a whole. */
  #playedFromMs(spec: IntervalSpec): number {
    const { fromMs } = this.#tape.cursor.day.options.day
    return spec.kind === 'time' ? Math.ceil(fromMs / spec.lengthMs) * spec.lengthMs : fromMs
  }

  #trades(query: TradesQuery, of: StoredInstrument): readonly TradeRecord[] {
    const { source, snapshot } = this.#tape
    // A venue's clock may be ahead of the tape's.
    const endMs = Math.min(query.toMs ?? Infinity, this.#atMs + firstStretchMs)
    const extent = snapshot.extentOfTrades(of, { fromMs: query.fromMs ?? -Infinity, toMs: endMs })
    const fromMs = extent?.fromMs ?? Infinity
    let toMs = endMs
    let found: ArrivedTrade[] = []
    for (let lengthMs = firstStretchMs; toMs > fromMs; lengthMs *= stretchGrowth) {
      const range = { fromMs: Math.max(fromMs, toMs - lengthMs), toMs }
      found = [...source.trades(of.id, range).filter((each) => this.#isKnown(each)), ...found]
      if (found.length >= query.limit) break
      toMs = range.fromMs
    }
    return found.slice(-query.limit).map(recordOf)
  }

  #isKnown({ trade: { eventMs }, arrival }: ArrivedTrade): boolean {
    const { day } = this.#tape.cursor
    if (eventMs >= day.options.day.fromMs) return day.replay.isPlayed(eventMs, arrival)
    return this.#tape.view === 'final' || arrival <= day.replay.newestArrival
  }

  #ledger(query: LedgerQuery, of: StoredInstrument): QueryResult {
    const ledger = this.#tape.cursor.day.replay.ledger(of.id)
    const range = this.#rangeOf(query)
    const { instrument } = this.#tape.snapshot.record(of)
    const closed = range.fromMs < range.toMs ? this.#closedOf(instrument, range) : []
    const ranges = ledger?.ranges(range, this.#atMs, closed) ?? []
    return { name: 'ledger', ranges: ranges.slice(-query.limit) }
  }

  /** Unbounded: from the first that the ledger knows. */
  #rangeOf({ fromMs, toMs, instrument }: LedgerQuery): TapeRange {
    const { coverage, gaps } = this.#tape.source.ledger(instrument as InstrumentId)
    const firstMs = Math.min(
      this.#atMs,
      ...coverage.slice(0, 1).map((stretch) => stretch.fromMs),
      ...gaps.slice(0, 1).map((gap) => gap.fromMs ?? gap.toMs)
    )
    return { fromMs: fromMs ?? firstMs, toMs: Math.min(toMs ?? Infinity, this.#atMs) }
  }

  #gaps(query: GapsQuery, only: InstrumentId | null): QueryResult {
    const [fromMs, toMs] = [query.fromMs ?? -Infinity, query.toMs ?? Infinity]
    const gaps = this.#tape.played
      .filter(({ id }) => only === null || id === only)
      .flatMap(({ id }) => this.#tape.cursor.day.replay.ledger(id)?.gaps(this.#atMs) ?? [])
      .filter((gap) => gap.toMs >= fromMs && (gap.fromMs ?? -Infinity) < toMs)
      .sort((a, b) => a.toMs - b.toMs)
    return { name: 'gaps', gaps: gaps.slice(-query.limit) }
  }

  #incidents({ name, ...query }: IncidentsQuery): QueryResult {
    const atMs = this.#atMs
    const toMs = Math.min(query.toMs ?? Infinity, atMs)
    const stored = this.#tape.snapshot.incidents({ ...query, toMs })
    return { name, incidents: stored.map((incident) => asKnownAt(incident, atMs)) }
  }
}

/** An outage that was not over yet does not say how it ended. */
function asKnownAt(incident: Incident, atMs: number): Incident {
  if (incident.endedMs === null || incident.endedMs <= atMs) return incident
  const unknown = { endedMs: null, recoverMs: null, firstFrameMs: null }
  return {
    ...incident,
    ...unknown,
    state: 'open',
    missedTrades: 0,
    refilledTrades: 0,
    lostTrades: 0
  }
}

function recordOf({ trade }: ArrivedTrade): TradeRecord {
  const { instrument, id, eventMs, receivedMs, price, size, side } = trade
  return { instrument, id: String(id), eventMs, receivedMs, price, size, side }
}
