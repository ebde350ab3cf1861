import type { Instrument } from '../../core/market/instrument.ts'
import type { Clock } from './clock.ts'
import { judgeMarket } from './market-hours.ts'
import type { MarketGate, MarketHours } from './market-hours.ts'

const lateTradesMs = 300_000

/** Whether a connection should be up by the markets of its instruments. */
export class MarketFollower {
  readonly #hours: MarketHours | null
  readonly #clock: Clock
  /** Monotonic; null while any market is open. */
  #closedMs: number | null = null

  /** @param hours Null: at any hour. */
  constructor(hours: MarketHours | null, clock: Clock) {
    this.#hours = hours
    this.#clock = clock
  }

  gate(instruments: readonly Instrument[]): MarketGate {
    return judgeMarket(instruments, this.#hours, this.#clock.nowMs())
  }

  /** All markets have been closed for 5 minutes, looking every second: no late trade is awaited. */
  isOver(gate: MarketGate): boolean {
    if (gate.kind === 'open') {
      this.#closedMs = null
      return false
    }
    const nowMs = this.#clock.monotonicMs()
    this.#closedMs ??= nowMs
    return nowMs - this.#closedMs >= lateTradesMs
  }
}
