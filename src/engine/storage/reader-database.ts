import type Database from 'better-sqlite3'
import type { Incident } from '../../contracts/incident.ts'
import type { CandleQuery, TradeRecord } from '../../contracts/state-stream.ts'
import type { Trade } from '../../core/market/event.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { Gap } from '../../core/market/ledger/gap.ts'
import type { Interval, IntervalSpec } from '../../core/market/interval.ts'
import { parseInterval } from '../../core/market/interval.ts'
import type { RecordingError } from '../../recordings/recording-error.ts'
import { tickTailTrades } from '../../core/market/tick-candles.ts'
import type { InstrumentSeed } from '../../core/pipeline/seed.ts'
import type { AuditRequest, AuditStart, InstrumentAudit, LastAudit } from './audit-record.ts'
import { CandleAudit } from './candle-audit.ts'
import { intervalSpec } from './candle-record.ts'
import { stretchOfCandles, withLedgerStates } from './candle-states.ts'
import { dayRuleOf } from './day-rule.ts'
import { DueForgetting } from './due-forgetting.ts'
import type { SealRule } from './due-hours.ts'
import { DueHours } from './due-hours.ts'
import { checkPages, openForReading } from './open-database.ts'
import type { RetentionPlan, RetentionRule } from './retention-rule.ts'
import { storageFailure } from './sqlite-failure.ts'
import type {
  GapsQuery,
  IncidentsQuery,
  LedgerQuery,
  StoredCandles,
  StoredLedger,
  StoredSeed,
  StoreFigures,
  TradesByIdQuery,
  TradesQuery
} from './store.ts'
import { StoredIncidents } from './stored-incidents.ts'
import { StoredLedgerTables } from './stored-ledger.ts'
import { StoredCandlesTable } from './stored-candles.ts'
import type { StoredInstrument } from './stored-instruments.ts'
import { findInstrument } from './stored-instruments.ts'
import type { TimeRange } from './stored-trades.ts'
import type { TapeLook, TapeLooked } from './tape-finding.ts'
import { TapeInspection } from './tape-inspection.ts'
import { StoredTrades } from './stored-trades.ts'

const hourMs = 3_600_000
const sparkMinutes = 60
const mostFlaggedIds = 1_000
/** Of an instrument that was collected and never traded. */
const untraded = {
  day: { trades: 0, tail: [] },
  candles: [],
  flaggedIds: [],
  minuteCloses: []
} as const

/** Queries against the market database; lives in a reader thread, and in tests. */
export class ReaderDatabase {
  readonly #file: string
  readonly #database: Database.Database
  readonly #trades: StoredTrades
  readonly #candles: StoredCandlesTable
  readonly #ledger: StoredLedgerTables
  readonly #incidents: StoredIncidents
  readonly #instruments = new Map<InstrumentId, StoredInstrument>()

  /** @throws StorageError */
  constructor(file: string) {
    this.#file = file
    this.#database = openForReading(file)
    this.#trades = new StoredTrades(this.#database)
    this.#candles = new StoredCandlesTable(this.#database)
    this.#ledger = new StoredLedgerTables(this.#database)
    this.#incidents = new StoredIncidents(this.#database)
  }

  candles(query: CandleQuery): StoredCandles {
    return this.#reading(() => {
      const of = this.#find(query.instrument)
      const spec = parseInterval(query.interval)
      if (of === null || spec === null) return { candles: [], complete: true }
      const found = this.#candles.newest(of, spec, rangeOf(query), query.limit)
      const ledger = this.#ledger.within(of, stretchOfCandles(found.candles))
      return { ...found, candles: withLedgerStates(found.candles, ledger) }
    })
  }

  trades(query: TradesQuery): readonly TradeRecord[] {
    return this.#reading(() => {
      const of = this.#find(query.instrument)
      if (of === null) return []
      const trades = this.#trades.newest(of, rangeOf(query), query.limit)
      return trades.map((trade) => ({
        instrument: trade.instrument,
        id: String(trade.id),
        eventMs: trade.eventMs,
        receivedMs: trade.receivedMs,
        price: trade.price,
        size: trade.size,
        side: trade.side
      }))
    })
  }

  tradesById({ instrument, ids, fromMs, toMs }: TradesByIdQuery): readonly Trade[] {
    return this.#reading(() => {
      const of = this.#find(instrument)
      return of === null ? [] : this.#trades.byId(of, ids, { fromMs: fromMs ?? toMs, toMs })
    })
  }

  gaps({ instrument, ...query }: GapsQuery): readonly Gap[] {
    return this.#reading(() => {
      const of = instrument === null ? null : this.#find(instrument)
      if (instrument !== null && of === null) return []
      return this.#ledger.newestGaps(of, query)
    })
  }

  incidents(query: IncidentsQuery): readonly Incident[] {
    return this.#reading(() => this.#incidents.newest(query))
  }

  ledger(query: LedgerQuery): StoredLedger {
    return this.#reading(() => {
      const of = this.#find(query.instrument)
      return of === null ? { coverage: [], gaps: [] } : this.#ledger.within(of, rangeOf(query))
    })
  }

  seed(
    instruments: readonly InstrumentId[],
    intervals: readonly Interval[],
    nowMs: number
  ): readonly StoredSeed[] {
    const specs = intervals.map(intervalSpec)
    return this.#reading(() =>
      instruments.map((instrument) => ({
        instrument,
        seed: this.#seedOf(this.#find(instrument), specs, nowMs)
      }))
    )
  }

  figures(): StoreFigures {
    return this.#reading(() => {
      const number = (sql: string) =>
        this.#database.prepare<unknown[], number>(sql).pluck().get() ?? 0
      return {
        databaseBytes: number('PRAGMA page_count') * number('PRAGMA page_size'),
        instruments: number('SELECT count(*) FROM instrument'),
        runs: number('SELECT count(*) FROM run')
      }
    })
  }

  /** `ok`, or what is wrong with the file in SQLite's words. */
  check(): string {
    return this.#reading(() => checkPages(this.#database))
  }

  /** Finds what is to be deleted next. */
  /** Looks whether files of trades are as they were written. */
  inspect(look: TapeLook): TapeLooked {
    return this.#reading(() => new TapeInspection(this.#database).look(look))
  }

  planForgetting(rule: RetentionRule): RetentionPlan {
    return this.#reading(() => {
      const due = new DueForgetting(this.#database)
      return { next: due.next(rule), usedBytes: due.usedBytes() }
    })
  }

  auditStart(): AuditStart {
    return this.#reading(() => {
      const ids = this.#database.prepare<[], InstrumentId>(
        "SELECT venue || ':' || symbol FROM instrument ORDER BY venue, symbol"
      )
      const last = this.#database.prepare<[], LastAudit>(
        `SELECT at_ms AS atMs, day_ms AS dayMs, pages, differences - (SELECT count(*)
           FROM audit_candle c WHERE c.audit = a.id AND c.repaired = 1) AS left
         FROM audit a ORDER BY id DESC LIMIT 1`
      )
      return { instruments: ids.pluck().all(), last: last.get() ?? null }
    })
  }

  /** Holds the stored candles of an instrument and day against its trades. */
  audit(request: AuditRequest): InstrumentAudit {
    return this.#reading(() => {
      const of = this.#find(request.instrument)
      if (of === null) return { compared: 0, differences: 0, listed: [] }
      return new CandleAudit(this.#database, this.#trades).compare(of, request)
    })
  }

  /** Whether any hour is to be moved into a file. */
  isAnyDue(rule: SealRule): boolean {
    return this.#reading(() => new DueHours(this.#database).due(rule).next().done !== true)
  }

  /** Files whose trades could not be read, and were left out of answers, since this was last asked. */
  takeDamage(): readonly RecordingError[] {
    return this.#trades.cold.takeDamage()
  }

  close(): void {
    this.#trades.cold.close()
    this.#database.close()
  }

  #seedOf(
    of: StoredInstrument | null,
    specs: readonly IntervalSpec[],
    nowMs: number
  ): InstrumentSeed | null {
    if (of === null) return null
    const ledger = this.#ledger.seed(of)
    const dayMomentMs = this.#trades.newestDayMs(of)
    if (dayMomentMs === null) {
      const isKnown = ledger.coverage !== null || ledger.openGaps.length > 0
      return isKnown ? { ...untraded, ledger } : null
    }
    const day = dayRuleOf(of)(dayMomentMs)
    const tickSizes = specs.flatMap((spec) => (spec.kind === 'tick' ? spec.tradesPerCandle : []))
    return {
      day: this.#trades.day(of, day, tickTailTrades(tickSizes)),
      candles: specs.flatMap((spec) => this.#candles.open(of, spec)),
      flaggedIds: this.#trades.flaggedIds(of, dayMomentMs - hourMs, mostFlaggedIds),
      minuteCloses: this.#minuteCloses(of, nowMs),
      ledger
    }
  }

  #minuteCloses(of: StoredInstrument, nowMs: number): InstrumentSeed['minuteCloses'] {
    const range = { fromMs: nowMs - hourMs, toMs: nowMs }
    const { candles } = this.#candles.newest(of, intervalSpec('1m'), range, sparkMinutes)
    return candles.map(({ openMs, close }) => ({ openMs, close }))
  }

  #find(instrument: string): StoredInstrument | null {
    if (!isInstrumentId(instrument)) return null
    const known = this.#instruments.get(instrument) ?? findInstrument(this.#database, instrument)
    if (known !== null) this.#instruments.set(instrument, known)
    return known
  }

  /** One query sees one state of the store. */
  #reading<Result>(read: () => Result): Result {
    try {
      return this.#database.transaction(read).deferred()
    } catch (thrown) {
      throw storageFailure(thrown, this.#file)
    }
  }
}

function isInstrumentId(text: string): text is InstrumentId {
  return text.includes(':')
}

function rangeOf(query: Pick<CandleQuery, 'fromMs' | 'toMs'>): TimeRange {
  return { fromMs: query.fromMs ?? -Infinity, toMs: query.toMs ?? Infinity }
}
