import type { Instrument } from '../../core/market/instrument.ts'

const connectBeforeOpenMs = 60_000

/** Whether an instrument's market wants a connection. Epoch ms of the run clock. */
export type MarketState =
  /** `openedMs`: null where unknown, and round the clock. */
  | { readonly isOpen: true; readonly openedMs: number | null }
  /** Null where unknown. */
  | { readonly isOpen: false; readonly closedMs: number | null; readonly nextOpenMs: number | null }

/** Answers for instruments with a calendar; the others are always open. Must be quick: asked every second. */
export type MarketHours = (instrument: Instrument, nowMs: number) => MarketState

/** Whether a connection should be up. Epoch ms of the run clock; null where unknown. */
export type MarketGate =
  /** `openedMs`: when the last of its markets opened; null too before the open, and round the clock. */
  | { readonly kind: 'open'; readonly openedMs: number | null }
  | {
      readonly kind: 'closed'
      /** When the last of its markets closed. */
      readonly closedMs: number | null
      /** When to connect, 60 s before the first of them opens. */
      readonly connectMs: number | null
    }

/** Judges a connection's instruments together: closed only when each of them is, and none opens within 60 s. */
export function judgeMarket(
  instruments: readonly Instrument[],
  hours: MarketHours | null,
  nowMs: number
): MarketGate {
  if (hours === null || instruments.length === 0) return { kind: 'open', openedMs: null }
  let isOpen = false
  let openedMs: number | null = null
  let closedMs: number | null = null
  let connectMs: number | null = null
  for (const instrument of instruments) {
    const state = instrument.calendar === null ? roundTheClock : hours(instrument, nowMs)
    if (state.isOpen) {
      isOpen = true
      openedMs = laterOf(openedMs, state.openedMs)
      continue
    }
    closedMs = laterOf(closedMs, state.closedMs)
    if (state.nextOpenMs === null) continue
    const dueMs = state.nextOpenMs - connectBeforeOpenMs
    if (nowMs >= dueMs) isOpen = true
    connectMs = Math.min(connectMs ?? dueMs, dueMs)
  }
  return isOpen ? { kind: 'open', openedMs } : { kind: 'closed', closedMs, connectMs }
}

/** Whether any of the instruments may trade now. */
export function isAnyInSession(
  instruments: readonly Instrument[],
  hours: MarketHours | null,
  nowMs: number
): boolean {
  if (hours === null || instruments.length === 0) return true
  return instruments.some((each) => each.calendar === null || hours(each, nowMs).isOpen)
}

const roundTheClock: MarketState = { isOpen: true, openedMs: null }

function laterOf(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}
