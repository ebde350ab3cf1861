import type { Instrument } from '../../core/market/instrument.ts'

const connectBeforeOpenMs = 60_000

/** Whether an instrument's market wants a connection. */
export type MarketState = {
  readonly isOpen: boolean
  /** Epoch ms of the run clock; null while open or where unknown. */
  readonly nextOpenMs: number | null
}

/** Answers for instruments with a calendar; the others are always open. Must be quick: asked every second. */
export type MarketHours = (instrument: Instrument, nowMs: number) => MarketState

/** Whether a connection should be up. */
export type MarketGate =
  | { readonly kind: 'open' }
  /** `connectMs`: when to connect, 60 s before the first market opens; null where unknown. */
  | { readonly kind: 'closed'; readonly connectMs: number | null }

/** Judges a connection's instruments together: closed only when each of them is, and none opens within 60 s. */
export function judgeMarket(
  instruments: readonly Instrument[],
  hours: MarketHours | null,
  nowMs: number
): MarketGate {
  if (hours === null || instruments.length === 0) return { kind: 'open' }
  let connectMs: number | null = null
  for (const instrument of instruments) {
    const state = instrument.calendar === null ? alwaysOpen : hours(instrument, nowMs)
    if (state.isOpen) return { kind: 'open' }
    if (state.nextOpenMs === null) continue
    const dueMs = state.nextOpenMs - connectBeforeOpenMs
    if (nowMs >= dueMs) return { kind: 'open' }
    connectMs = Math.min(connectMs ?? dueMs, dueMs)
  }
  return { kind: 'closed', connectMs }
}

const alwaysOpen: MarketState = { isOpen: true, nextOpenMs: null }
