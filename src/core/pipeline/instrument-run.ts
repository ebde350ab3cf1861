import type { Candle } from '../market/candle.ts'
import type { CandleCell, ExactVolumes } from '../market/candle-cell.ts'
import { restoreCell, restoreVolumes } from '../market/candle-cell.ts'
import type { CandleChanges } from '../market/candle-changes.ts'
import { SizeScale, finestSize } from '../market/decimal-sum.ts'
import type { Instrument, InstrumentId } from '../market/instrument.ts'
import type { Interval, IntervalSpec } from '../market/interval.ts'
import type { LedgerRecord } from '../market/ledger/ledger-record.ts'
import { InstrumentLedger } from '../market/ledger/instrument-ledger.ts'
import type { ClosedBetween } from '../market/ledger/open-stretches.ts'
import type { LedgerState } from '../market/ledger/ledger-state.ts'
import type { RebuildResult } from '../market/rebuild.ts'
import { TickCandles, type TickCandlesStanding } from '../market/tick-candles.ts'
import { TimeCandles, type TimeCandlesStanding } from '../market/time-candles.ts'
import type { EntryRule, TradeEntry } from '../market/trade-entry.ts'
import { emptyEntry, fillEntry } from '../market/trade-entry.ts'
import type { ArrivedTrade, TradeIds } from '../market/trade-order.ts'
import { compareOrders, orderOf } from '../market/trade-order.ts'
import type { DayRule } from '../market/trading-day.ts'
import { PriceTracker, type PriceStanding } from './price-tracker.ts'
import type { InstrumentSeed } from './seed.ts'

/** How an instrument takes part in a run. */
export type InstrumentOptions = {
  readonly tradeIds: TradeIds
  /** How long after its end a candle may still change in memory, ms. */
  readonly graceMs: number
  /** `utcDay`, or `sessionDays(…)` for instruments with a calendar. */
  readonly dayOf: DayRule
  /** null when nothing is stored of it. */
  readonly seed: InstrumentSeed | null
  /** When its market is closed; left out where it trades round the clock. */
  readonly closedBetween?: ClosedBetween
}

type BuildOptions = InstrumentOptions & {
  readonly intervals: readonly IntervalSpec[]
  readonly changes: CandleChanges
  /** Where the instrument is put when its ledger's figures change. */
  readonly changedLedgers: Set<InstrumentId>
  /** Where its ledger stands in once it has something to tell. */
  readonly untoldLedgers: LedgerRecord[]
}

/** How an instrument stands in a run from a tape, whose ledger is kept elsewhere. */
export type InstrumentStanding = {
  readonly time: readonly TimeCandlesStanding[]
  readonly ticks: TickCandlesStanding
  readonly price: PriceStanding
}

/** Sizes finer than this are not expected where the venue names no lot size. */
const usualFinest = 1e-6

/** Everything that one run remembers of one instrument. */
export class InstrumentRun {
  readonly instrument: Instrument
  readonly rule: EntryRule
  readonly price: PriceTracker
  readonly ledger: InstrumentLedger
  /** Stands in the list of changed prices, waiting to be taken. */
  isPriceChanged = false
  /** Venue time of the newest trade of the seed; 0 without a seed. */
  readonly newestStoredMs: number
  readonly #time: readonly TimeCandles[]
  readonly #timeByInterval: ReadonlyMap<Interval, TimeCandles>
  readonly #ticks: TickCandles

  constructor(instrument: Instrument, options: BuildOptions) {
    this.instrument = instrument
    this.rule = { tradeIds: options.tradeIds, scale: new SizeScale(instrument.lotSize) }
    this.price = new PriceTracker(instrument.id, options.tradeIds)
    this.#timeByInterval = this.#buildTime(options)
    this.#time = [...this.#timeByInterval.values()]
    this.#ticks = this.#buildTicks(options)
    this.ledger = new InstrumentLedger(instrument.id, {
      tradeIds: options.tradeIds,
      stored: storedLedger(options.seed),
      closedBetween: options.closedBetween ?? (() => []),
      changed: options.changedLedgers,
      untold: options.untoldLedgers
    })
    this.newestStoredMs = newestOf(options.seed)
    if (options.seed !== null) this.#seed(options.seed)
  }

  /** What the ledger says of a candle's time. */
  stateOf({ openMs, closeMs }: Pick<Candle, 'openMs' | 'closeMs'>): LedgerState {
    return this.ledger.record.stateOf(openMs, closeMs)
  }

  /** Merges a new trade into every candle. */
  add(entry: TradeEntry): void {
    for (const candles of this.#time) candles.add(entry)
    this.#ticks.add(entry)
  }

  addUncertain(entry: TradeEntry): void {
    for (const candles of this.#time) candles.addUncertain(entry)
    this.#ticks.addUncertain(entry)
  }

  finalise(runNowMs: number): void {
    for (const candles of this.#time) candles.finalise(runNowMs)
    this.#ticks.finalise(runNowMs)
  }

  adopt(result: RebuildResult): void {
    this.#ticks.adopt(result, this.#read)
    const candles = this.#timeByInterval.get(result.request.interval)
    for (const [at, candle] of result.candles.entries()) {
      const volumes = result.volumes[at]
      if (volumes !== undefined) candles?.adopt(restoreCell(candle, volumes), result.beforeArrival)
    }
  }

  standing(): InstrumentStanding {
    return {
      time: this.#time.map((candles) => candles.standing()),
      ticks: this.#ticks.standing(),
      price: this.price.standing()
    }
  }

  takeUp({ time, ticks, price }: InstrumentStanding): void {
    for (const [at, candles] of this.#time.entries()) {
      const stood = time[at]
      if (stood !== undefined) candles.takeUp(stood)
    }
    this.#ticks.takeUp(ticks)
    this.price.takeUp(price)
  }

  cells(interval: Interval): readonly CandleCell[] {
    return this.#timeByInterval.get(interval)?.cells() ?? this.#ticks.cells(interval)
  }

  #buildTime(options: BuildOptions): ReadonlyMap<Interval, TimeCandles> {
    const { intervals, graceMs, changes } = options
    const built = new Map<Interval, TimeCandles>()
    for (const spec of intervals) {
      if (spec.kind !== 'time') continue
      const series = { instrument: this.instrument.id, interval: spec.interval }
      built.set(
        spec.interval,
        new TimeCandles({ series, lengthMs: spec.lengthMs, graceMs, changes })
      )
    }
    return built
  }

  #buildTicks({ intervals, dayOf, graceMs, changes }: BuildOptions): TickCandles {
    const series = intervals.flatMap((spec) =>
      spec.kind === 'tick'
        ? {
            series: { instrument: this.instrument.id, interval: spec.interval },
            tradesPerCandle: spec.tradesPerCandle
          }
        : []
    )
    return new TickCandles({ series, dayOf, graceMs, scale: this.rule.scale, changes })
  }

  #seed(seed: InstrumentSeed): void {
    const newest = seed.day.tail.at(-1)
    if (newest === undefined) return
    const last = emptyEntry()
    this.#read(newest, last)
    this.price.seed(seed, last)
    this.#ticks.seed(seed.day, seed.candles, this.#read)
    for (const [interval, candles] of this.#timeByInterval) {
      const stored = seed.candles
        .filter((candle) => candle.interval === interval)
        .sort((a, b) => a.openMs - b.openMs)
      candles.seed(
        stored.map((candle) => ({ candle, volumes: this.#volumesOf(candle, seed.day.tail) })),
        this.newestStoredMs
      )
    }
  }

  /** Null where a stored candle cannot be continued exactly, or lags behind the stored trades. */
  #volumesOf(stored: Candle, tail: readonly ArrivedTrade[]): ExactVolumes | null {
    if (stored.source !== 'trades') return null
    const inside = tail.filter(
      ({ trade }) => trade.eventMs >= stored.openMs && trade.eventMs < stored.closeMs
    )
    const last = inside.at(-1)
    const isCurrent =
      last === undefined || compareOrders(orderOf(last, this.rule.tradeIds), stored.lastOrder) === 0
    if (!isCurrent || stored.trades < inside.length) return null
    return restoreVolumes(stored, this.#finest(tail))
  }

  #finest(tail: readonly ArrivedTrade[]): number {
    const lotSize = this.instrument.lotSize ?? usualFinest
    return Math.min(lotSize, finestSize(tail.map(({ trade }) => trade.size)))
  }

  readonly #read = ({ trade, arrival }: ArrivedTrade, into: TradeEntry): void => {
    fillEntry(into, trade, arrival, this.rule)
  }
}

function newestOf(seed: InstrumentSeed | null): number {
  return seed?.day.tail.reduce((newest, { trade }) => Math.max(newest, trade.eventMs), 0) ?? 0
}

function storedLedger(seed: InstrumentSeed | null) {
  if (seed === null) return null
  const { day, flaggedIds, ledger } = seed
  return { tail: day.tail, flaggedIds, ledger }
}
