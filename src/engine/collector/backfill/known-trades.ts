import type { Trade } from '../../../core/market/event.ts'
import type { InstrumentId } from '../../../core/market/instrument.ts'

/** Venues may cut a time that their feed tells to the microsecond, ms. */
const timeDigitsMs = 1

/** Trades that history is held against, by id. */
export type KnownTrades = ReadonlyMap<number | string, Trade>

/** A question for trades that are known, by their ids. */
export type KnownTradesQuery = {
  readonly instrument: InstrumentId
  /** Without repeats. */
  readonly ids: readonly (number | string)[]
  /** Around this stretch of venue time they are looked for, epoch ms; `fromMs` null where not known. */
  readonly fromMs: number | null
  readonly toMs: number
}

/** Tells in what a trade of history differs from what is known of its id; null when in nothing, or nothing is known. */
export function findContradiction(told: Trade, known: KnownTrades): string | null {
  const first = known.get(told.id)
  if (first === undefined) return null
  for (const field of ['price', 'size'] as const) {
    if (told[field] !== first[field]) return difference(told, field, first)
  }
  if (Math.abs(told.eventMs - first.eventMs) >= timeDigitsMs) {
    return difference(told, 'eventMs', first)
  }
  const isSideTold = told.side !== null && first.side !== null
  return isSideTold && told.side !== first.side ? difference(told, 'side', first) : null
}

function difference(told: Trade, field: 'price' | 'size' | 'eventMs' | 'side', first: Trade) {
  return `id ${told.id} is known with ${field} ${first[field]}, not ${told[field]}`
}
