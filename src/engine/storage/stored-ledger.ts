import type Database from 'better-sqlite3'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { Coverage } from '../../core/market/ledger/coverage.ts'
import type { Gap } from '../../core/market/ledger/gap.ts'
import type { LedgerSeed } from '../../core/market/ledger/ledger-changes.ts'
import type { GapRow } from './gap-record.ts'
import { gapColumns, gapFrom } from './gap-record.ts'
import type { GapsQuery, StoredLedger } from './store.ts'
import type { StoredInstrument } from './stored-instruments.ts'
import type { TimeRange } from './stored-trades.ts'

type CoverageRow = readonly [fromMs: number, toMs: number, kind: Coverage['kind']]
type NamedGapRow = readonly [instrument: InstrumentId, ...row: GapRow]

/** Gaps read for one answer at most, a quarter of a second. */
const mostGaps = 50_000
/** Open gaps of one instrument that a run is seeded with; it keeps far fewer itself. */
const mostOpenGaps = 10_000

/** Reads the truth ledger; statements are kept. */
export class StoredLedgerTables {
  readonly #database: Database.Database
  readonly #coverage: Database.Statement<unknown[], CoverageRow>
  readonly #firstCoverage: Database.Statement<unknown[], CoverageRow>
  readonly #nextCoverage: Database.Statement<unknown[], CoverageRow>
  readonly #newestCoverage: Database.Statement<unknown[], CoverageRow>
  readonly #gaps: Database.Statement<unknown[], GapRow>
  readonly #openGaps: Database.Statement<unknown[], GapRow>
  readonly #newestGap: Database.Statement<unknown[], GapRow>
  readonly #newestGaps: Database.Statement<unknown[], NamedGapRow>
  readonly #newestOpenGaps: Database.Statement<unknown[], NamedGapRow>

  constructor(database: Database.Database) {
    this.#database = database
    const coverage = (sql: string) =>
      database
        .prepare<unknown[], CoverageRow>(`SELECT from_ms, to_ms, kind FROM coverage ${sql}`)
        .raw()
    const gaps = (sql: string) =>
      database.prepare<unknown[], GapRow>(`SELECT ${gapColumns} FROM gap ${sql}`).raw()
    this.#coverage = coverage(
      'WHERE instrument = ? AND to_ms >= ? AND from_ms < ? ORDER BY from_ms'
    )
    this.#newestCoverage = coverage(
      'WHERE instrument = ? AND from_ms < ? ORDER BY from_ms DESC LIMIT 1'
    )
    this.#nextCoverage = coverage('WHERE instrument = ? AND from_ms >= ? ORDER BY from_ms LIMIT 1')
    const touches = 'to_ms >= @fromMs AND ifnull(from_ms, -9e99) < @toMs'
    this.#gaps = gaps(
      `WHERE instrument = @row AND ${touches} ORDER BY to_ms DESC, first_id DESC LIMIT @limit`
    )
    this.#firstCoverage = coverage('WHERE instrument = ? ORDER BY from_ms LIMIT 1')
    this.#openGaps = gaps(
      `WHERE instrument = ? AND state = 'open'
       ORDER BY ifnull(from_ms, to_ms), first_id LIMIT ${mostOpenGaps}`
    )
    // A damaged file says nothing of what came over the links.
    this.#newestGap = gaps(
      `WHERE instrument = ? AND cause <> 'damaged-file' ORDER BY to_ms DESC, first_id DESC LIMIT 1`
    )
    const namedGaps = (where: string) =>
      database
        .prepare<unknown[], NamedGapRow>(
          `SELECT i.venue || ':' || i.symbol AS name, ${gapColumns}
           FROM gap g CROSS JOIN instrument i ON i.id = g.instrument
           WHERE ${where} ORDER BY to_ms DESC, name DESC, first_id DESC LIMIT @limit`
        )
        .raw()
    this.#newestGaps = namedGaps(touches)
    this.#newestOpenGaps = namedGaps(`state = 'open' AND ${touches}`)
  }

  /** The newest gaps that touch a range, by their end, oldest first. */
  newestGaps(of: StoredInstrument | null, query: Omit<GapsQuery, 'instrument'>): Gap[] {
    const { limit } = query
    const range = { fromMs: query.fromMs ?? -Infinity, toMs: query.toMs ?? Infinity }
    if (of !== null) return this.#gapsOf(of, range, limit)
    const statement = query.isOpen === true ? this.#newestOpenGaps : this.#newestGaps
    return statement
      .all({ ...range, limit })
      .reverse()
      .map(([instrument, ...row]) => gapFrom(instrument, row))
  }

  /** What touches a range, the stretch after it, and the one before it where none touches. */
  within(of: StoredInstrument, range: TimeRange): StoredLedger {
    // A gap told by an id takes in the millisecond in which it ends.
    const gaps = this.#gapsOf(of, { ...range, fromMs: range.fromMs - 1 }, mostGaps + 1)
    if (gaps.length <= mostGaps) return { coverage: this.#coverageOf(of, range, gaps), gaps }
    const claimedMs = gaps.shift()?.toMs ?? 0
    return { coverage: cutBefore(this.#coverageOf(of, range, gaps), claimedMs), gaps }
  }

  /** What a pipeline needs to go on with an instrument's ledger. */
  seed(of: StoredInstrument): LedgerSeed {
    const newest = this.#newestCoverage.get(of.row, Infinity)
    const newestGap = this.#newestGap.get(of.row)
    return {
      coverage: newest === undefined ? null : coverageFrom(of, newest),
      newestId: newest === undefined ? null : this.#newestIdOf(of, newest[0]),
      openGaps: this.#openGaps.all(of.row).map((row) => gapFrom(of.id, row)),
      newestGap: newestGap === undefined ? null : gapFrom(of.id, newestGap)
    }
  }

  /** Asked at start only, of a database of this version; what is read besides may be older. */
  #newestIdOf(of: StoredInstrument, fromMs: number): number | null {
    const ids = this.#database
      .prepare<[number, number], number | null>(
        'SELECT newest_id FROM coverage WHERE instrument = ? AND from_ms = ?'
      )
      .pluck()
    return ids.get(of.row, fromMs) ?? null
  }

  /** Touching ones, with those beside them that say what the time around them is. */
  #coverageOf(of: StoredInstrument, range: TimeRange, gaps: readonly Gap[]): Coverage[] {
    const touching = this.#coverage.all(of.row, range.fromMs, range.toMs)
    const before = touching.length > 0 ? undefined : this.#newestCoverage.get(of.row, range.toMs)
    // A gap whose begin is not known reaches back to the first stretch.
    const isEndless = gaps.some(({ fromMs }) => fromMs === null)
    const first = isEndless ? this.#firstCoverage.get(of.row) : undefined
    const next = this.#nextCoverage.get(of.row, range.toMs)
    const rows = [first, before, ...touching, next].filter((row) => row !== undefined)
    const byStart = new Map(rows.map((row) => [row[0], row]))
    return [...byStart.values()].map((row) => coverageFrom(of, row))
  }

  #gapsOf(of: StoredInstrument, range: TimeRange, limit: number): Gap[] {
    return this.#gaps
      .all({ row: of.row, ...range, limit })
      .reverse()
      .map((row) => gapFrom(of.id, row))
  }
}

function coverageFrom(of: StoredInstrument, [fromMs, toMs, kind]: CoverageRow): Coverage {
  return { instrument: of.id, fromMs, toMs, kind }
}

/** Of what lies before gaps that were left out nothing is claimed. */
function cutBefore(coverage: readonly Coverage[], claimedMs: number): Coverage[] {
  return coverage
    .filter(({ toMs }) => toMs > claimedMs)
    .map((stretch) => ({ ...stretch, fromMs: Math.max(stretch.fromMs, claimedMs) }))
}
