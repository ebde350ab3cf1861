import type { Instrument } from '../../core/market/instrument.ts'
import type { Clock } from './clock.ts'
import { isAnyInSession, judgeMarket } from './market-hours.ts'
import type { MarketGate, MarketHours } from './market-hours.ts'

/** Late prints come for minutes after the close. */
const lateTradesMs = 300_000
const firstDataWithinMs = 30_000

/**
 * Whether a connection should be up by the markets of its instruments.
 *
 * It is left 5 minutes after the close, and not begun anew between: what still comes then is not worth a
 * connection. Asked every second, by the run clock: no timer runs for hours, so none can be late.
 */
export class MarketFollower {
  readonly #hours: MarketHours | null
  readonly #clock: Clock
  /** When the markets were first seen closed, monotonic; null while any is open. */
  #seenClosedMs: number | null = null
  /** The open that was last found to bring nothing. */
  #lateOpenMs: number | null = null

  /** @param hours Null: at any hour. */
  constructor(hours: MarketHours | null, clock: Clock) {
    this.#hours = hours
    this.#clock = clock
  }

  gate(instruments: readonly Instrument[]): MarketGate {
    return judgeMarket(instruments, this.#hours, this.#clock.nowMs())
  }

  /** When the last of the open markets opened, run clock; null while all are closed, or are open at any hour. */
  openedMs(instruments: readonly Instrument[]): number | null {
    const gate = this.gate(instruments)
    return gate.kind === 'open' ? gate.openedMs : null
  }

  /** Whether any of the instruments may trade now; not so in the minute before the open and the 5 after the close. */
  isInSession(instruments: readonly Instrument[]): boolean {
    return isAnyInSession(instruments, this.#hours, this.#clock.nowMs())
  }

  /**
   * Whether the open brought nothing for 30 s: an open is loud. Told once for each.
   *
   * @param lastDataMs Run clock; null where none came yet.
   */
  takeLateOpen(gate: MarketGate, lastDataMs: number | null): boolean {
    if (gate.kind === 'closed' || gate.openedMs === null) return false
    const { openedMs } = gate
    const sinceMs = this.#clock.nowMs() - openedMs
    if (sinceMs < firstDataWithinMs || (lastDataMs ?? -Infinity) >= openedMs) return false
    if (this.#lateOpenMs === openedMs) return false
    this.#lateOpenMs = openedMs
    return sinceMs < 2 * firstDataWithinMs
  }

  /** All markets closed 5 minutes ago, or 5 minutes of looking ago where the run clock stands still. */
  isOver(gate: MarketGate): boolean {
    if (gate.kind === 'open') {
      this.#seenClosedMs = null
      return false
    }
    const nowMs = this.#clock.monotonicMs()
    this.#seenClosedMs ??= nowMs
    if (nowMs - this.#seenClosedMs >= lateTradesMs) return true
    return gate.closedMs !== null && this.#clock.nowMs() - gate.closedMs >= lateTradesMs
  }
}
