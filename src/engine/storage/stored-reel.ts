import type Database from 'better-sqlite3'
import type { TapeMarkRecord } from '../../core/market/ledger/tape-mark-record.ts'
import type { RebuildRequest, RebuildResult } from '../../core/market/rebuild.ts'
import type { ArrivedTrade } from '../../core/market/trade-order.ts'
import type { ForgottenGap } from './forgotten-stretches.ts'
import { ForgottenStretches } from './forgotten-stretches.ts'
import type { PlayedRebuild } from './rebuild-played.ts'
import { rebuildPlayed } from './rebuild-played.ts'
import { hourMs } from './sealed-hour.ts'
import { readMarks } from './snapshot-marks.ts'
import { SnapshotTape, type StoredStretch } from './snapshot-tape.ts'
import { storageFailure } from './sqlite-failure.ts'
import { StorageError } from './storage-error.ts'
import type { StoredLedger } from './store.ts'
import type { StoredInstrument } from './stored-instruments.ts'
import { StoredLedgerTables } from './stored-ledger.ts'
import type { TimeRange } from './stored-trades.ts'
import type { TapeLoss } from './tape-finding.ts'
import { StoredTrades } from './stored-trades.ts'

/** Since then trades may lie in files. */
const filesVersion = 5

/** What was stored at a moment. */
export type ReelState = {
  /** One more than the arrival of any trade. */
  readonly endArrival: number
  /** Number of the last mark; -1 where there is none. */
  readonly lastMark: number
}

const everything = { fromMs: -Infinity, toMs: Infinity }

/**
 * All that a replay needs of one state of a store: trades, marks, the ledger, and trades played before.
 *
 * It needs no transaction to stay the same: what was stored later is told by its arrival, so that the
 * writer's log can be cut back while a replay takes its time.
 * Bound: the ledgers of its instruments.
 */
export class StoredReel {
  /** One more than the arrival of any trade. */
  readonly endArrival: number
  readonly #database: Database.Database
  readonly #instruments: readonly StoredInstrument[]
  readonly #tape: SnapshotTape
  readonly #trades: StoredTrades
  readonly #ledgers: ReadonlyMap<number, StoredLedger>
  readonly #lastMark: number
  readonly #forgotten: ForgottenStretches
  readonly #gone: ForgottenGap[] = []

  /** @param state Of which it is; ledgers are as they are when it is made. */
  constructor(
    database: Database.Database,
    instruments: readonly StoredInstrument[],
    state: ReelState
  ) {
    this.#database = database
    this.#instruments = instruments
    const trades = new StoredTrades(database)
    this.#trades = trades
    this.endArrival = state.endArrival
    this.#lastMark = state.lastMark
    this.#forgotten = new ForgottenStretches(database)
    const ledger = new StoredLedgerTables(database)
    this.#ledgers = new Map(instruments.map((of) => [of.row, ledger.within(of, everything)]))
    const { endArrival } = this
    this.#tape = new SnapshotTape(database, {
      instruments,
      endArrival,
      isInFile: (of, hour, id) => isInFile(trades, of, { hour, id })
    })
  }

  hours(firstHour: number, lastHour: number): readonly number[] {
    const range = { fromMs: firstHour * hourMs, toMs: (lastHour + 1) * hourMs }
    return this.#reading(() => {
      for (const of of this.#instruments) this.#gone.push(...this.#forgotten.gaps(of, range))
      return this.#tape.hours(firstHour, lastHour)
    })
  }

  stretches(hour: number): readonly StoredStretch[] {
    return this.#reading(() => this.#tape.stretches(hour)).map(({ firstArrival, read }) => ({
      firstArrival,
      read: () => this.#reading(read)
    }))
  }

  marks(range: TimeRange): readonly TapeMarkRecord[] {
    const ids = new Set(this.#instruments.map(({ id }) => id))
    const known = { ids, lastMark: this.#lastMark }
    return this.#reading(() => readMarks(this.#database, known, range))
  }

  ledger(of: StoredInstrument): StoredLedger {
    return this.#ledgers.get(of.row) ?? { coverage: [], gaps: [] }
  }

  rebuild(
    of: StoredInstrument,
    request: RebuildRequest,
    played: PlayedRebuild
  ): Omit<RebuildResult, 'beforeArrival'> {
    const isPlayed = (eventMs: number, arrival: number) =>
      arrival < this.endArrival && played.isPlayed(eventMs, arrival)
    return this.#reading(() => rebuildPlayed(this.#trades, of, request, { ...played, isPlayed }))
  }

  /** Trades of a range in TradeOrder, flagged ones left out. Holds all of them: for short ranges. */
  trades(of: StoredInstrument, range: TimeRange): readonly ArrivedTrade[] {
    const isStored = ({ arrival }: ArrivedTrade) => arrival < this.endArrival
    return this.#reading(() => [...this.#trades.ordered(of, range, 0)].filter(isStored))
  }

  /** Trades that could not be read since this was last asked for, of all instruments of their files. */
  takeLosses(): readonly TapeLoss[] {
    return this.#tape.takeLosses()
  }

  /** Trades of the hours asked for since this was last asked that were deleted on purpose; may come twice. */
  takeForgotten(): readonly ForgottenGap[] {
    return this.#gone.splice(0)
  }

  /** Files that could not be read since this was last asked for, in words. */
  takeDamage(): readonly string[] {
    const damage = [...this.#tape.takeDamage(), ...this.#trades.cold.takeDamage()]
    return [...new Set(damage.map(({ message }) => message))]
  }

  close(): void {
    this.#tape.close()
    this.#trades.cold.close()
  }

  /** One question sees one state of the store. */
  #reading<Result>(read: () => Result): Result {
    try {
      return this.#database.transaction(read).deferred()
    } catch (thrown) {
      throw storageFailure(thrown, this.#database.name)
    }
  }
}

/** Reads which state a store is in. @throws StorageError of one that no newer Tapedeck was started on. */
export function reelStateOf(database: Database.Database): ReelState {
  const file = database.name
  if (Number(database.pragma('user_version', { simple: true })) < filesVersion)
    throw new StorageError(
      'storage-folder',
      `${file} was written by an older Tapedeck; start this one on it once`,
      { detail: { file } }
    )
  const last = (sql: string) => database.prepare<[], number | null>(sql).pluck().get() ?? -1
  return {
    endArrival: last('SELECT max(last_arrival) FROM run') + 1,
    lastMark: last('SELECT max(id) FROM mark')
  }
}

function isInFile(
  { cold }: StoredTrades,
  of: StoredInstrument,
  { hour, id }: { readonly hour: number; readonly id: number | string }
): boolean {
  return cold.find(of.row, hour, id) !== null
}
