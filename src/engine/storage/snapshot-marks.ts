import type Database from 'better-sqlite3'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { Gap } from '../../core/market/ledger/gap.ts'
import type { LinkMark } from '../../core/market/ledger/link-mark.ts'
import type { TapeMarkRecord } from '../../core/market/ledger/tape-mark-record.ts'
import { gapFrom } from './gap-record.ts'
import type { TimeRange } from './stored-trades.ts'

/** Gaps that were told longer before are settled, or far behind. */
const lookBackMs = 7 * 86_400_000

type MarkRow = {
  readonly arrival: number
  readonly at_ms: number
  readonly kind: string
  readonly instrument: InstrumentId | null
  readonly connection: string | null
  readonly detail: string
}

type GapDetail = Omit<Gap, 'state'> & { readonly state: Gap['state'] | 'replaced' }

/**
 * Reads the marks of a range in the order in which they became known, and before them those of gaps that
 * reach into it.
 *
 * @param of Instruments that are told of, and the last mark that is.
 */
export function readMarks(
  database: Database.Database,
  of: { readonly ids: ReadonlySet<InstrumentId>; readonly lastMark: number },
  { fromMs, toMs }: TimeRange
): readonly TapeMarkRecord[] {
  const rows = database
    .prepare<unknown[], MarkRow>(
      `SELECT arrival, at_ms, kind, instrument, connection, detail FROM v_mark
       WHERE id <= @lastMark AND at_ms >= @earlyMs AND at_ms < @toMs
       AND (at_ms >= @fromMs OR kind IN ('gap-opened', 'gap-settled'))
       ORDER BY id`
    )
    .all({ lastMark: of.lastMark, earlyMs: fromMs - lookBackMs, fromMs, toMs })
  return rows.flatMap((row) => markOf(row, of.ids) ?? [])
}

function markOf(row: MarkRow, instruments: ReadonlySet<InstrumentId>): TapeMarkRecord | null {
  const { arrival, at_ms: atMs, kind, instrument, connection } = row
  if (kind === 'link-up' || kind === 'link-down') {
    const state = kind === 'link-up' ? 'up' : 'down'
    const told = JSON.parse(row.detail) as Omit<LinkMark, 'state' | 'connection' | 'atMs'>
    const carried = told.instruments.filter((id) => instruments.has(id))
    if (carried.length === 0) return null
    const link = {
      ...told,
      instruments: carried,
      state,
      atMs,
      connection: connection ?? ''
    } as const
    return { arrival, atMs, kind: 'link', link }
  }
  if (instrument === null || !instruments.has(instrument)) return null
  if (kind === 'refill') {
    const detail = JSON.parse(row.detail) as Readonly<Record<string, unknown>>
    return { arrival, atMs, kind, instrument, detail }
  }
  const { firstId, lastId, fromMs, toMs, state, ...rest } = JSON.parse(row.detail) as GapDetail
  const { cause, reason, missedTrades, source } = rest
  const isReplaced = state === 'replaced'
  const known = isReplaced ? 'open' : state
  const about = [cause, reason, missedTrades, source] as const
  const gap = gapFrom(instrument, [firstId, lastId, fromMs, toMs, known, ...about])
  return { arrival, atMs, kind: 'gap', gap, isReplaced }
}
