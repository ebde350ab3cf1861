import type { InstrumentId } from '../../core/market/instrument.ts'
import type { Gap, GapKey } from '../../core/market/ledger/gap.ts'
import { invariant } from '../../core/invariant.ts'

/** Columns of a GapRow, in its order. */
export const gapColumns =
  'first_id, last_id, from_ms, to_ms, state, cause, reason, missed_trades, source'

/** A row of `gap` without its instrument. */
export type GapRow = readonly [
  firstId: number | null,
  lastId: number | null,
  fromMs: number | null,
  toMs: number,
  state: Gap['state'],
  cause: Gap['cause'],
  reason: string | null,
  missedTrades: number | null,
  source: Gap['source']
]

export function gapRowOf(gap: Gap): GapRow {
  const { firstId, lastId, fromMs, toMs, state, cause, reason, missedTrades, source } = gap
  return [firstId, lastId, fromMs, toMs, state, cause, reason, missedTrades, source]
}

export function gapFrom(instrument: InstrumentId, row: GapRow): Gap {
  const [firstId, lastId, fromMs, toMs, state, cause, reason, missedTrades, source] = row
  const rest = { lastId, toMs, state, cause, reason, missedTrades, source }
  return { ...keyFrom(instrument, firstId, fromMs), ...rest }
}

function keyFrom(instrument: InstrumentId, firstId: number | null, fromMs: number | null): GapKey {
  if (firstId !== null) return { instrument, firstId, fromMs }
  invariant(fromMs !== null, `expected a start of a gap of ${instrument}`)
  return { instrument, firstId, fromMs }
}
