import type { Gap } from '../../../core/market/ledger/gap.ts'
import type { Settlement } from '../../../core/market/ledger/settlement.ts'
import type { RestContext } from '../../../venues/venue.ts'
import { keyOf } from './refill.ts'
import type { RefillContext, RefillStep } from './refill.ts'

const minuteMs = 60_000

/** The part of a gap that no trades are to be had for, venue time, epoch ms. */
export type Unreached = {
  /** Null where it is not known when the gap began. */
  readonly fromMs: number | null
  readonly toMs: number
  /** See Settlement. */
  readonly reachedFromMs: number | null
  /** Why there are no trades, in words. */
  readonly reason: string
}

/**
 * Asks for the venue's minutes over the unreached part of a gap, and settles the gap with them or without.
 *
 * It waits until the last minute is over and the venue's grace with it. Minutes are taken whole: the
 * first and the last may hold trades from outside the gap.
 */
export async function refillFromCandles(
  context: RefillContext,
  asked: { readonly gap: Gap; readonly unreached: Unreached },
  rest: RestContext
): Promise<RefillStep> {
  const { gap, unreached } = asked
  const { venue, instrument, clock } = context
  if (unreached.fromMs === null) return settleLost(gap, unreached, 'it is not known since when')
  const fromMs = Math.floor(unreached.fromMs / minuteMs) * minuteMs
  const toMs = Math.floor(unreached.toMs / minuteMs) * minuteMs + minuteMs
  const waitMs = toMs + venue.graceMs - clock.nowMs()
  if (waitMs > 0) return { kind: 'wait', delayMs: waitMs }
  const key = keyOf(gap)
  context.tell({ kind: 'asked', key, what: 'candles', range: null })
  const candles = await venue.fetchCandles(rest, { instrument, interval: '1m', fromMs, toMs })
  rest.signal.throwIfAborted()
  if (candles === null) return settleLost(gap, unreached, 'the venue serves no candles of 1m')
  const ofTheTime = candles.filter(({ openMs }) => openMs >= fromMs && openMs < toMs)
  if (ofTheTime.length === 0) {
    return settleLost(gap, unreached, 'the venue has no candles of that time')
  }
  context.putCandles(ofTheTime)
  context.counters.candles += ofTheTime.length
  context.tell({ kind: 'candles', key, candles: ofTheTime.length })
  return settle(gap, unreached, 'refilled-candles')
}

/** Settles without candles. */
export function settleLost(gap: Gap, unreached: Unreached, why: string): RefillStep {
  return settle(gap, { ...unreached, reason: `${unreached.reason}; ${why}` }, 'lost')
}

function settle(gap: Gap, unreached: Unreached, rest: Settlement['rest']): RefillStep {
  const { reason, reachedFromMs } = unreached
  return { kind: 'settle', settlement: { key: keyOf(gap), rest, reason, reachedFromMs } }
}
