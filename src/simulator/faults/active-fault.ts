import type { InstrumentId } from '../../core/market/instrument.ts'
import { seededRandom, type Random } from '../../core/market/random.ts'
import type { SimVenueId } from '../market.ts'
import type { FaultEffect, FaultLife, FaultScope } from './fault-effect.ts'

/** A fault that is going on, as `GET /faults` shows it. */
export type ShownFault = FaultScope &
  FaultEffect & {
    /** null: until it is cleared. */
    readonly remainingMs: number | null
    /** How often it may strike yet; null: any number of times. */
    readonly left: number | null
    readonly hits: number
  }

/** A fault from its command to its end. */
export class ActiveFault {
  readonly effect: FaultEffect
  readonly scope: FaultScope
  readonly seed: number
  readonly #untilMs: number
  readonly #random: Random
  #left: number
  #hits = 0

  /** @param of.nowMs On the clock that `isOver` is asked with. */
  constructor(of: {
    readonly effect: FaultEffect
    readonly scope: FaultScope
    readonly life: FaultLife
    readonly seed: number
    readonly nowMs: number
  }) {
    this.effect = of.effect
    this.scope = of.scope
    this.seed = of.seed
    this.#random = seededRandom(of.seed)
    this.#untilMs = of.life.ms === null ? Infinity : of.nowMs + of.life.ms
    this.#left = of.life.n ?? Infinity
  }

  get hits(): number {
    return this.#hits
  }

  isOver(nowMs: number): boolean {
    return this.#left <= 0 || nowMs >= this.#untilMs
  }

  covers(venue: SimVenueId, instrument: InstrumentId | null): boolean {
    return (
      this.scope.venue === venue &&
      (this.scope.instrument === null || this.scope.instrument === instrument)
    )
  }

  /** Of the fault's own seed; each use is a draw. */
  get random(): Random {
    return this.#random
  }

  /** Counts one strike. */
  strike(): void {
    this.#hits += 1
    this.#left -= 1
  }

  /** Whether it strikes one of all, of which a share is to be struck; counted when it does. */
  strikes(share: number): boolean {
    if (share < 1 && this.#random() >= share) return false
    this.strike()
    return true
  }

  show(nowMs: number): ShownFault {
    const remainingMs = this.#untilMs - nowMs
    return {
      ...this.scope,
      ...this.effect,
      remainingMs: Number.isFinite(remainingMs) ? remainingMs : null,
      left: Number.isFinite(this.#left) ? this.#left : null,
      hits: this.#hits
    }
  }
}
