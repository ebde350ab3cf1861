import { assertNever } from '../invariant.ts'
import type { Candle } from '../market/candle.ts'
import type { CandleCell } from '../market/candle-cell.ts'
import { candleIn } from '../market/candle-cell.ts'
import { CandleChanges, type CandleChangesStanding } from '../market/candle-changes.ts'
import type { MarketEvent, Trade } from '../market/event.ts'
import type { IdRange } from '../market/id-tracker.ts'
import type { Instrument, InstrumentId } from '../market/instrument.ts'
import type { Interval, IntervalSpec } from '../market/interval.ts'
import type { Coverage } from '../market/ledger/coverage.ts'
import type { Gap } from '../market/ledger/gap.ts'
import type { TradeVerdict } from '../market/ledger/instrument-ledger.ts'
import type { LedgerChanges } from '../market/ledger/ledger-changes.ts'
import { emptyDraft } from '../market/ledger/ledger-draft.ts'
import type { LedgerRecord } from '../market/ledger/ledger-record.ts'
import type { LedgerRange } from '../market/ledger/ledger-range.ts'
import type { LedgerState } from '../market/ledger/ledger-state.ts'
import { standingAfter, type LinkMark } from '../market/ledger/link-mark.ts'
import type { Settlement } from '../market/ledger/settlement.ts'
import { notTakenIn, storeFull } from '../market/ledger/standing-links.ts'
import type { RebuildRequest, RebuildResult } from '../market/rebuild.ts'
import { emptyEntry, fillEntry } from '../market/trade-entry.ts'
import type { InstrumentOptions, InstrumentStanding } from './instrument-run.ts'
import { InstrumentRun } from './instrument-run.ts'
import { PipelineClock } from './pipeline-clock.ts'
import type { ClockKind } from './pipeline-clock.ts'
import type { PipelineCounters } from './pipeline-counters.ts'
import { zeroCounters } from './pipeline-counters.ts'
import type { PriceState } from './price-state.ts'
import type { RowSink } from './rows.ts'

/** What a run is made of. */
export type PipelineOptions = {
  readonly clock: ClockKind
  /** Candles to build, without repeats. */
  readonly intervals: readonly IntervalSpec[]
  readonly rows: RowSink
  /** One more than the highest arrival ever stored; 0 on an empty store. */
  readonly firstArrival: number
}

/**
 * `backfill`: from REST or a file. `replay`: from the tape, which holds each trade once, in the order of its arrival: it is told
 * what its ledger said, and none is kept here. Both are exempt from the plausibility of time.
 */
export type EventOrigin = 'live' | 'backfill' | 'replay'

/**
 * What became of an event. `view`: it changed a price at most, and is stored nowhere. `refused`: a trade
 * of backfill that no open gap asks for. `dropped`: there was no room to keep it.
 */
export type Applied =
  'stored' | 'duplicate' | 'implausible' | 'refused' | 'dropped' | 'view' | 'unknown-instrument'

/** How complete an instrument's tape is; changes when a gap opens, shrinks or is settled. */
export type LedgerFigures = {
  readonly id: InstrumentId
  /** Gaps not yet settled, and the trades known to be missing in them; 0 too where ids do not tell. */
  readonly openGaps: number
  readonly missingTrades: number
  /** Gaps since start that could not be filled with trades. */
  readonly lostGaps: number
  /** Rises with each change of a gap. */
  readonly revision: number
}

/** How a run from a tape stands: plain data, the pipeline's own until it is cloned. */
export type PipelineStanding = {
  readonly nowMs: number
  readonly nextArrival: number
  readonly changes: CandleChangesStanding
  readonly instruments: ReadonlyMap<InstrumentId, InstrumentStanding>
}

/**
 * One run's way from market events to rows, candles and prices; live, simulated and replayed alike.
 *
 * Pure: the same events with the same clock give the same rows. Bounds: per instrument those of its builders; between two takes, what
 * changes.
 */
export class Pipeline {
  readonly #options: PipelineOptions
  readonly #clock: PipelineClock
  readonly #runs = new Map<InstrumentId, InstrumentRun>()
  readonly #changes = new CandleChanges()
  readonly #entry = emptyEntry()
  readonly #counters = zeroCounters()
  #changedPrices: InstrumentRun[] = []
  readonly #changedLedgers = new Set<InstrumentId>()
  /** Records with something to take; one of a removed instrument may still stand here. */
  readonly #untoldLedgers: LedgerRecord[] = []
  /** Of instruments that were removed. */
  #lastChanges = emptyDraft()
  #nextArrival: number
  /** Links that came up before a tape's clock began. */
  #earlyMarks: readonly LinkMark[] = []

  constructor(options: PipelineOptions) {
    this.#options = options
    this.#clock = new PipelineClock(options.clock)
    this.#nextArrival = options.firstArrival
  }

  /** Begins, or begins anew, to take an instrument's events. A tape's clock goes on from the seed. */
  addInstrument(instrument: Instrument, options: InstrumentOptions): void {
    const { intervals } = this.#options
    this.#takeLast(instrument.id)
    const run = new InstrumentRun(instrument, {
      ...options,
      intervals,
      changes: this.#changes,
      changedLedgers: this.#changedLedgers,
      untoldLedgers: this.#untoldLedgers
    })
    this.#runs.set(instrument.id, run)
    this.#clock.reach(run.newestStoredMs)
  }

  /** Forgets an instrument; what changed before can still be taken. */
  removeInstrument(id: InstrumentId): void {
    this.#takeLast(id)
    this.#runs.delete(id)
  }

  /**
   * Applies one event, in the order of receipt.
   *
   * @param nowMs Wall clock, corrected to the venue's; means nothing to a run on a tape's clock.
   */
  apply(event: MarketEvent, nowMs: number, origin: EventOrigin = 'live'): Applied {
    this.#setClock(event, nowMs)
    if (event.kind === 'heartbeat' && event.instrument === null) return 'view'
    const run = event.instrument === null ? undefined : this.#runs.get(event.instrument)
    if (run === undefined) {
      this.#counters.unknownInstrument += 1
      return 'unknown-instrument'
    }
    if (event.kind === 'trade') return this.#applyTrade(run, event, origin)
    this.#counters.views += 1
    applyView(run, event)
    if (this.#tellLedger(run, event) === 'gap') this.#noteGap(run)
    if (event.kind !== 'heartbeat') this.#markPrice(run)
    return 'view'
  }

  /** Takes note that an event came on a link and applying it failed: a trade is missing with it. */
  failed(event: MarketEvent): void {
    if (event.kind !== 'trade') return
    const atMs = this.#clock.isPlausible(event.eventMs) ? event.eventMs : event.receivedMs
    this.#runs.get(event.instrument)?.ledger.dropped(atMs, notTakenIn)
  }

  /** Moves the run clock and gives candles their final mark; to be called about once a second. */
  advance(nowMs: number): void {
    this.#clock.set(nowMs)
    for (const run of this.#runs.values()) {
      if (run.ledger.advance(this.#clock.nowMs) === 'gap') this.#noteGap(run)
      run.finalise(this.#clock.nowMs)
    }
  }

  /** The run clock, epoch ms; 0 before the first event or advance. */
  runNowMs(): number {
    return this.#clock.nowMs
  }

  /** Lets the next stored trade get the arrival that the tape tells of it; arrivals only rise. */
  arriveAt(arrival: number): void {
    if (arrival > this.#nextArrival) this.#nextArrival = arrival
  }

  /** The arrival that the next stored trade will get. */
  nextArrival(): number {
    return this.#nextArrival
  }

  /**
   * Each candle that changed since the last take, once, as it is now; in no order. `final` is the
   * builder's word, that it leaves memory: the store goes by it. `toldCandle` makes it the ledger's too.
   * `state` is what the ledger says at this moment; it changes later without the candle being told again.
   */
  takeChangedCandles(): Candle[] {
    return this.#changes.takeCandles(this.#stateOf)
  }

  /** Of the changed candles those that are final, for whoever does not look at the others. */
  takeFinalCandles(): Candle[] {
    return this.#changes.takeFinal(this.#stateOf)
  }

  /**
   * What the store must rebuild since the last take. Take it after `takeChangedCandles()`, and carry it
   * out after those rows and all trades handed out so far are stored, as part of the same batch: a
   * crash must not part the trades from the rebuild they call for. Then `adopt` the answer.
   */
  takeRebuilds(): readonly RebuildRequest[] {
    return this.#changes.takeRebuilds()
  }

  /** Takes over what the store rebuilt, and adds what arrived meanwhile. */
  adopt(result: RebuildResult): void {
    this.#runs.get(result.request.instrument)?.adopt(result)
  }

  /** Instruments whose price state changed since the last take, each once; by heartbeats alone it does not. */
  takeChangedPrices(): readonly InstrumentId[] {
    const changed = this.#changedPrices
    this.#changedPrices = []
    return changed.map((run) => {
      run.isPriceChanged = false
      return run.instrument.id
    })
  }

  /** Takes note that a link began or ceased to carry instruments. Unknown instruments are left alone. */
  mark(mark: LinkMark, nowMs: number): void {
    this.#clock.set(nowMs)
    if (this.#clock.nowMs === 0) {
      this.#earlyMarks = standingAfter(this.#earlyMarks, mark)
      return
    }
    if (this.#earlyMarks.length > 0) this.#beginLinks()
    for (const id of mark.instruments) this.#runs.get(id)?.ledger.mark(mark)
  }

  /**
   * What the ledger changed since the last take: to be stored in one transaction with the trades handed
   * out so far. Coverage that only grew is told every 1 to 3 s of venue time.
   */
  takeLedgerChanges(): LedgerChanges {
    const changes = this.#lastChanges
    this.#lastChanges = emptyDraft()
    for (const record of this.#untoldLedgers.splice(0)) record.take(changes)
    return changes
  }

  /** Gaps not yet settled, of one instrument or of all; those of an instrument oldest first. */
  openGaps(instrument?: InstrumentId): readonly Gap[] {
    if (instrument !== undefined) return this.#runs.get(instrument)?.ledger.openGaps ?? []
    return [...this.#runs.values()].flatMap(({ ledger }) => ledger.openGaps)
  }

  /** Closes a gap after backfill applied what trades it got. A gap that is not open is left alone. */
  settle(settlement: Settlement, nowMs: number): void {
    this.#clock.set(nowMs)
    this.#runs.get(settlement.key.instrument)?.ledger.settle(settlement)
  }

  /** How complete an instrument's tape is; null for an unknown instrument. */
  ledgerRow(id: InstrumentId): LedgerFigures | null {
    const gaps = this.#runs.get(id)?.ledger.record.gaps
    if (gaps === undefined) return null
    const { open, missing, lost, revision } = gaps
    return { id, openGaps: open.length, missingTrades: missing, lostGaps: lost, revision }
  }

  /** Instruments whose `ledgerRow` changed since the last take, each once. */
  takeChangedLedgers(): readonly InstrumentId[] {
    if (this.#changedLedgers.size === 0) return []
    const changed = [...this.#changedLedgers]
    this.#changedLedgers.clear()
    return changed
  }

  /**
   * The ledger's tiles over [fromMs, toMs) as far as memory knows: the newest coverage, open gaps and
   * the last settled ones. Hours of markets are not known here. Empty for an unknown instrument.
   */
  ledgerRanges(id: InstrumentId, fromMs: number, toMs: number): readonly LedgerRange[] {
    return this.#runs.get(id)?.ledger.record.ranges(fromMs, toMs, this.#clock.nowMs) ?? []
  }

  /** The newest stretch over which an instrument was collected; null before the first. */
  coverage(id: InstrumentId): Coverage | null {
    return this.#runs.get(id)?.ledger.record.newest ?? null
  }

  /** Trades that are missing now, by id, ascending; null where ids do not tell or the instrument is unknown. */
  holes(id: InstrumentId): readonly IdRange[] | null {
    return this.#runs.get(id)?.ledger.holes ?? null
  }

  /** The candles of a series that may still change, with the newest, as told; oldest first, may be empty. */
  candlesInMemory(id: InstrumentId, interval: Interval): readonly Candle[] {
    const run = this.#runs.get(id)
    return run?.cells(interval).map((cell) => toldCandle(candleIn(cell, run.stateOf(cell)))) ?? []
  }

  /** The newest candle of a series as told; null before the first. */
  newestCandle(id: InstrumentId, interval: Interval): Candle | null {
    const run = this.#runs.get(id)
    const cell = run?.cells(interval).at(-1)
    if (run === undefined || cell === undefined) return null
    return toldCandle(candleIn(cell, run.stateOf(cell)))
  }

  /** What is known of an instrument's price; null for an unknown instrument. */
  price(id: InstrumentId): PriceState | null {
    return this.#runs.get(id)?.price.state(this.#clock.nowMs) ?? null
  }

  /** Trades of the last minute of the run clock; 0 for an unknown instrument. */
  tradesLastMinute(id: InstrumentId): number {
    return this.#runs.get(id)?.price.tradesLastMinute(this.#clock.nowMs) ?? 0
  }

  /**
   * Closes of the last 60 minutes of the run clock, oldest first; quiet minutes carry the close on, null
   * before the first known one. Null for an unknown instrument.
   */
  spark(id: InstrumentId): readonly (number | null)[] | null {
    return this.#runs.get(id)?.price.spark(this.#clock.nowMs) ?? null
  }

  /** All that a run from a tape goes on from. To be cloned as a whole: its parts share cells. */
  standing(): PipelineStanding {
    return {
      nowMs: this.#clock.nowMs,
      nextArrival: this.#nextArrival,
      changes: this.#changes.standing(),
      instruments: new Map([...this.#runs].map(([id, run]) => [id, run.standing()]))
    }
  }

  /** Goes on from where a run of the same instruments and intervals stood; what is handed in is its own from now on. */
  takeUp({ nowMs, nextArrival, changes, instruments }: PipelineStanding): void {
    this.#clock.set(nowMs)
    this.#nextArrival = nextArrival
    this.#changes.takeUp(changes)
    for (const [id, stood] of instruments) this.#runs.get(id)?.takeUp(stood)
  }

  counters(): PipelineCounters {
    let holesMerged = 0
    for (const run of this.#runs.values()) holesMerged += run.ledger.holesMerged
    return { ...this.#counters, holesMerged }
  }

  readonly #stateOf = ({ series, openMs, closeMs }: CandleCell): LedgerState =>
    this.#runs.get(series.instrument)?.ledger.record.stateOf(openMs, closeMs) ?? 'unproven'

  #tellLedger(run: InstrumentRun, event: Exclude<MarketEvent, Trade>): 'gap' | 'known' {
    const runNowMs = this.#clock.nowMs
    if (event.kind === 'heartbeat') return run.ledger.heartbeat(event, runNowMs)
    if (event.kind === 'anchor') return run.ledger.announce(event.id, event.eventMs, runNowMs)
    run.ledger.alive(event.eventMs, runNowMs)
    return 'known'
  }

  /** What an instrument leaves to be told. */
  #takeLast(id: InstrumentId): void {
    const record = this.#runs.get(id)?.ledger.record
    record?.tellExactly()
    record?.take(this.#lastChanges)
  }

  #setClock(event: MarketEvent, nowMs: number): void {
    this.#clock.set(nowMs)
    this.#clock.reach(event.eventMs)
    if (this.#earlyMarks.length > 0) this.#beginLinks()
  }

  /** The tape's clock began: links that stood before stand from now on. */
  #beginLinks(): void {
    const [marks, atMs] = [this.#earlyMarks, this.#clock.nowMs]
    this.#earlyMarks = []
    for (const mark of marks) this.mark({ ...mark, atMs, lastFrameMs: atMs }, atMs)
  }

  #applyTrade(run: InstrumentRun, trade: Trade, origin: EventOrigin): Applied {
    if (this.#options.rows.isFull === true) return this.#drop(run, trade, origin)
    if (origin === 'live' && !this.#clock.isPlausible(trade.eventMs))
      return this.#applyFlagged(run, trade)
    const verdict = this.#verdictOn(run, trade, origin)
    if (verdict === 'duplicate') return this.#applyRepeat(trade, origin)
    if (verdict === 'refused') {
      this.#counters.refused += 1
      return 'refused'
    }
    if (verdict === 'gap') this.#noteGap(run)
    const arrival = this.#nextArrival
    this.#nextArrival += 1
    this.#counters.stored += 1
    this.#options.rows.trade(trade, arrival)
    const entry = this.#entry
    fillEntry(entry, trade, arrival, run.rule)
    entry.runNowMs = this.#clock.nowMs
    if (verdict === 'uncertain') {
      this.#counters.uncertain += 1
      run.addUncertain(entry)
    } else run.add(entry)
    if (origin === 'backfill') run.price.tradeFromHistory(trade, entry)
    else run.price.trade(trade, entry)
    this.#markPrice(run)
    return 'stored'
  }

  #verdictOn({ ledger }: InstrumentRun, trade: Trade, origin: EventOrigin): TradeVerdict {
    if (origin === 'live') return ledger.take(trade, this.#clock.nowMs)
    if (origin === 'replay') return 'new'
    return ledger.takeFromHistory(trade)
  }

  /** What history tells of a stored trade is compared with it by the store, which keeps the first. */
  #applyRepeat(trade: Trade, origin: EventOrigin): Applied {
    this.#counters.duplicates += 1
    if (origin === 'backfill') {
      this.#options.rows.trade(trade, this.#nextArrival)
      this.#nextArrival += 1
    }
    return 'duplicate'
  }

  /** What cannot be kept still tells a price; of history there will be another try. */
  #drop(run: InstrumentRun, trade: Trade, origin: EventOrigin): 'dropped' {
    this.#counters.dropped += 1
    if (origin === 'backfill') return 'dropped'
    const isPlausible = this.#clock.isPlausible(trade.eventMs)
    run.ledger.dropped(isPlausible ? trade.eventMs : trade.receivedMs, storeFull)
    if (!isPlausible) return 'dropped'
    const entry = this.#entry
    fillEntry(entry, trade, this.#nextArrival, run.rule)
    entry.runNowMs = this.#clock.nowMs
    run.price.trade(trade, entry)
    this.#markPrice(run)
    return 'dropped'
  }

  #applyFlagged(run: InstrumentRun, trade: Trade): Applied {
    const kept = { ...trade, eventMs: trade.receivedMs }
    const verdict = run.ledger.takeFlagged(kept, this.#clock.nowMs)
    if (verdict === 'duplicate') {
      this.#counters.duplicates += 1
      return 'duplicate'
    }
    if (verdict === 'gap') this.#noteGap(run)
    this.#counters.implausible += 1
    this.#options.rows.flaggedTrade(kept, this.#nextArrival)
    this.#nextArrival += 1
    return 'implausible'
  }

  #noteGap(run: InstrumentRun): void {
    const { missing } = run.ledger
    if (missing === null) return
    this.#counters.gaps += 1
    this.#counters.missingTrades += missing.toId - missing.fromId + 1
  }

  #markPrice(run: InstrumentRun): void {
    if (run.isPriceChanged) return
    run.isPriceChanged = true
    this.#changedPrices.push(run)
  }
}

/** As it is told to those who watch: not final while the ledger may still bring it a trade. */
export function toldCandle(candle: Candle): Candle {
  return candle.final && candle.state === 'open' ? { ...candle, final: false } : candle
}

function applyView(run: InstrumentRun, event: Exclude<MarketEvent, Trade>): void {
  switch (event.kind) {
    case 'anchor':
      run.price.anchor(event)
      return
    case 'quote':
      run.price.quote(event)
      return
    case 'statistics':
      run.price.statistics(event)
      return
    case 'heartbeat':
      run.price.heartbeat(event)
      return
    case 'liquidation':
      return
    default:
      assertNever(event)
  }
}
