import { buildCells } from '../../src/core/market/build-candles.ts'
import type { CandleCell } from '../../src/core/market/candle-cell.ts'
import { candleOf, volumesOf } from '../../src/core/market/candle-cell.ts'
import type { Candle } from '../../src/core/market/candle.ts'
import type { Trade } from '../../src/core/market/event.ts'
import type { IntervalSpec } from '../../src/core/market/interval.ts'
import type { RebuildRequest, RebuildResult, StoredDay } from '../../src/core/market/rebuild.ts'
import { tickTailTrades } from '../../src/core/market/tick-candles.ts'
import type { ArrivedTrade, TradeIds } from '../../src/core/market/trade-order.ts'
import { compareOrders, orderOf } from '../../src/core/market/trade-order.ts'
import type { DayRule } from '../../src/core/market/trading-day.ts'
import type { Pipeline } from '../../src/core/pipeline/pipeline.ts'
import type { RowSink } from '../../src/core/pipeline/rows.ts'
import type { InstrumentSeed } from '../../src/core/pipeline/seed.ts'
import { LedgerStore } from './ledger-store.ts'

type StoredTrade = ArrivedTrade & { readonly isFlagged: boolean }

/** A candle without what tells of the way it came: its revision, and the ledger's word at the time. */
export type PlainCandle = Omit<Candle, 'revision' | 'state'>

/** What a store of one instrument is told about it. */
export type CandleStoreOptions = {
  readonly tradeIds: TradeIds
  readonly specs: readonly IntervalSpec[]
  readonly dayOf: DayRule
  readonly graceMs: number
}

/** Of one that was collected and never traded. */
const untraded: Omit<InstrumentSeed, 'ledger'> = {
  day: { trades: 0, tail: [] },
  candles: [],
  flaggedIds: [],
  minuteCloses: []
}

/** A store of one instrument in memory that keeps the contracts of the real one. */
export class CandleStore implements RowSink {
  readonly #options: CandleStoreOptions
  readonly #trades = new Map<number | string, StoredTrade>()
  readonly #candles = new Map<string, Candle>()
  readonly ledger = new LedgerStore()
  /** Has room for nothing more. */
  isFull = false
  #pending: StoredTrade[] = []

  constructor(options: CandleStoreOptions) {
    this.#options = options
  }

  trade(trade: Trade, arrival: number): void {
    this.#pending.push({ trade, arrival, isFlagged: false })
  }

  flaggedTrade(trade: Trade, arrival: number): void {
    this.#pending.push({ trade, arrival, isFlagged: true })
  }

  /** Commits one batch and answers the rebuilds it asks for. */
  commit(pipeline: Pipeline): RebuildResult[] {
    for (const row of this.#pending) {
      if (!this.#trades.has(row.trade.id)) this.#trades.set(row.trade.id, row)
    }
    this.#pending = []
    for (const candle of pipeline.takeChangedCandles()) this.#save(candle)
    this.ledger.put(pipeline.takeLedgerChanges())
    return pipeline.takeRebuilds().map((request) => this.#rebuild(request, pipeline))
  }

  /** Loses what was not committed, as a crash does. */
  crash(): void {
    this.#pending = []
  }

  /** Commits until nothing is left to be rebuilt. */
  settle(pipeline: Pipeline): void {
    for (let round = 0; round < 100; round += 1) {
      const results = this.commit(pipeline)
      for (const result of results) pipeline.adopt(result)
      if (results.length === 0) return
    }
    throw new Error('expected rebuilds to end, received one in each of 100 rounds')
  }

  get nextArrival(): number {
    return 1 + Math.max(-1, ...this.#stored().map(({ arrival }) => arrival))
  }

  /** Unflagged trades in TradeOrder. */
  trades(): readonly ArrivedTrade[] {
    const { tradeIds } = this.#options
    return this.#stored()
      .filter(({ isFlagged }) => !isFlagged)
      .sort((a, b) => compareOrders(orderOf(a, tradeIds), orderOf(b, tradeIds)))
  }

  flagged(): readonly Trade[] {
    return this.#stored().flatMap(({ trade, isFlagged }) => (isFlagged ? trade : []))
  }

  /** Stored candles by interval and time. */
  candles(): readonly PlainCandle[] {
    return [...this.#candles.values()].sort(byPlace).map(plain)
  }

  /** The candles that the stored trades make, built from scratch. */
  oracle(runNowMs: number): readonly PlainCandle[] {
    const built = this.#options.specs.flatMap((spec) =>
      this.#build(spec, this.trades(), runNowMs).map(candleOf)
    )
    return built.sort(byPlace).map(plain)
  }

  seed(): InstrumentSeed | null {
    const trades = this.trades()
    const ledger = this.ledger.seed()
    if (trades.length === 0) return ledger.coverage === null ? null : { ...untraded, ledger }
    const newestMs = Math.max(...trades.map(({ trade }) => trade.eventMs))
    const { fromMs } = this.#options.dayOf(newestMs)
    return {
      day: this.#day(fromMs),
      candles: this.#options.specs.flatMap((spec) => this.#newest(spec)),
      flaggedIds: this.flagged().map(({ id }) => id),
      minuteCloses: [],
      ledger
    }
  }

  #rebuild(request: RebuildRequest, pipeline: Pipeline): RebuildResult {
    const spec = this.#options.specs.find(({ interval }) => interval === request.interval)
    if (spec === undefined) throw new Error(`expected a series, received ${request.interval}`)
    const cells = this.#build(spec, this.trades(), pipeline.runNowMs())
    const asked = cells.filter((cell) => isAsked(candleOf(cell), request))
    const candles = asked.map(candleOf)
    for (const candle of candles) this.#save(candle)
    const day = request.kind === 'tick' ? this.#day(request.dayMs) : null
    const volumes = request.kind === 'time' ? asked.map(volumesOf) : []
    return { request, beforeArrival: pipeline.nextArrival(), candles, volumes, day }
  }

  #build(spec: IntervalSpec, trades: readonly ArrivedTrade[], runNowMs: number): CandleCell[] {
    const { tradeIds, dayOf, graceMs } = this.#options
    const instrument = trades[0]?.trade.instrument ?? 'none:none'
    return buildCells({
      instrument,
      tradeIds,
      spec,
      dayOf,
      trades,
      tradesBefore: 0,
      runNowMs,
      graceMs
    })
  }

  #day(fromMs: number): StoredDay {
    const sizes = this.#options.specs.flatMap((spec) =>
      spec.kind === 'tick' ? spec.tradesPerCandle : []
    )
    const ofDay = this.trades().filter(
      ({ trade }) => this.#options.dayOf(trade.eventMs).fromMs === fromMs
    )
    return { trades: ofDay.length, tail: ofDay.slice(-tickTailTrades(sizes)) }
  }

  #newest(spec: IntervalSpec): Candle[] {
    const candles = [...this.#candles.values()].filter(({ interval }) => interval === spec.interval)
    const ascending = candles.sort(byPlace)
    const firstOpen = ascending.findIndex((candle) => !candle.final)
    return firstOpen === -1 ? ascending.slice(-1) : ascending.slice(firstOpen)
  }

  #save(candle: Candle): void {
    this.#candles.set(`${candle.interval} ${placeOf(candle).join(' ')}`, candle)
  }

  #stored(): readonly StoredTrade[] {
    return [...this.#trades.values()]
  }
}

function isAsked(candle: Candle, request: RebuildRequest): boolean {
  if (request.kind === 'time')
    return candle.openMs >= request.fromMs && candle.openMs < request.toMs
  return candle.dayMs === request.dayMs && compareOrders(candle.lastOrder, request.fromOrder) >= 0
}

function placeOf(candle: Candle): readonly number[] {
  return candle.interval.endsWith('t') ? [candle.dayMs, candle.index] : [candle.openMs, 0]
}

function byPlace(a: Candle, b: Candle): number {
  const [left = 0, leftIndex = 0] = placeOf(a)
  const [right = 0, rightIndex = 0] = placeOf(b)
  return a.interval.localeCompare(b.interval) || left - right || leftIndex - rightIndex
}

function plain(candle: Candle): PlainCandle {
  const { revision, state, ...rest } = candle
  if (revision < 0) throw new Error(`expected a revision, received ${revision}, ${state}`)
  return rest
}
