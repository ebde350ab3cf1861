import type Database from 'better-sqlite3'
import type { IntervalSpec } from '../../core/market/interval.ts'
import { timeIntervals } from '../../core/market/interval.ts'
import type { Gap } from '../../core/market/ledger/gap.ts'
import { splitInstrumentId } from '../../core/market/instrument.ts'
import { timeSpec } from './candle-record.ts'
import type { StoredInstrument } from './stored-instruments.ts'
import type { TimeRange } from './stored-trades.ts'

/** Since then something may have been deleted on purpose. */
const retentionVersion = 7

type Stretch = readonly [fromMs: number, toMs: number]

/** Trades that were deleted on purpose, as a replay's ledger tells them. */
export type ForgottenGap = Gap & { readonly firstId: null }

/** Tells of what was deleted on purpose, so that nobody takes what is left for all there was. */
export class ForgottenStretches {
  /** Null of a database from before anything was. */
  readonly #trades: Database.Statement<unknown[], Stretch> | null
  readonly #collected: Database.Statement<unknown[], Stretch>
  readonly #candlesTo: Database.Statement<unknown[], number | null> | null

  constructor(database: Database.Database) {
    const isKnown = Number(database.pragma('user_version', { simple: true })) >= retentionVersion
    this.#trades = isKnown
      ? database
          .prepare<unknown[], Stretch>(
            `SELECT from_ms, to_ms FROM forgotten
             WHERE kind = 'trades' AND subject = ? AND to_ms > ? AND from_ms < ? ORDER BY from_ms`
          )
          .raw()
      : null
    this.#collected = database
      .prepare<unknown[], Stretch>(
        `SELECT from_ms, to_ms FROM coverage
         WHERE instrument = ? AND to_ms > ? AND from_ms < ? ORDER BY from_ms`
      )
      .raw()
    this.#candlesTo = isKnown
      ? database
          .prepare<unknown[], number | null>(
            "SELECT max(to_ms) FROM forgotten WHERE kind = 'candles' AND subject = ?"
          )
          .pluck()
      : null
  }

  /** Stretches of a range whose trades were deleted, cut to it, oldest first, apart from each other. */
  trades(of: StoredInstrument, { fromMs, toMs }: TimeRange): readonly TimeRange[] {
    const { venue } = splitInstrumentId(of.id)
    const found: { fromMs: number; toMs: number }[] = []
    for (const [from, to] of this.#trades?.all(venue, fromMs, toMs) ?? []) {
      const last = found.at(-1)
      const stretch = { fromMs: Math.max(from, fromMs), toMs: Math.min(to, toMs) }
      if (last === undefined || stretch.fromMs > last.toMs) found.push(stretch)
      else last.toMs = Math.max(last.toMs, stretch.toMs)
    }
    return found
  }

  /** The same as gaps of those times at which the instrument was collected. */
  gaps(of: StoredInstrument, range: TimeRange): readonly ForgottenGap[] {
    return this.trades(of, range).flatMap(({ fromMs, toMs }) =>
      this.#collected
        .all(of.row, fromMs, toMs)
        .map(([from, to]) =>
          gapOf(of, { fromMs: Math.max(from, fromMs), toMs: Math.min(to, toMs) })
        )
    )
  }

  /** Candles that open before this were deleted; null: none were. Of a derived interval, those it is made of. */
  candlesTo(spec: IntervalSpec): number | null {
    const own = this.#toMs(spec.kind === 'tick' ? 'ticks' : spec.interval)
    if (own !== null || spec.kind === 'tick') return own
    const finer = timeIntervals
      .map(timeSpec)
      .filter(({ lengthMs }) => lengthMs < spec.lengthMs && spec.lengthMs % lengthMs === 0)
      .map(({ interval }) => this.#toMs(interval) ?? -Infinity)
    const least = Math.min(...finer)
    return Number.isFinite(least) ? least : null
  }

  #toMs(subject: string): number | null {
    return this.#candlesTo?.get(subject) ?? null
  }
}

function gapOf(of: StoredInstrument, { fromMs, toMs }: TimeRange): ForgottenGap {
  return {
    instrument: of.id,
    firstId: null,
    lastId: null,
    fromMs,
    toMs,
    state: 'lost',
    cause: 'not-kept',
    reason: null,
    missedTrades: null,
    source: null
  }
}
