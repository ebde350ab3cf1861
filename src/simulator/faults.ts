import type { InstrumentId } from '../core/market/instrument.ts'
import type { SimFaults, SimVenueId } from './market.ts'

/** Frames of a venue, or of one of its instruments, that are not sent for a while. */
export type Mute = {
  readonly venue: SimVenueId
  /** null: every frame that is about some instrument. */
  readonly instrument: InstrumentId | null
  /** On the monotonic clock. */
  readonly untilMs: number
}

/** A fault that is going on. */
export type ActiveFault = {
  readonly kind: 'mute'
  readonly venue: SimVenueId
  readonly instrument: InstrumentId | null
  readonly remainingMs: number
}

const maxMutes = 1_000

/** The faults that are going on; asked before each frame. */
export class FaultBoard implements SimFaults {
  readonly #clock: () => number
  #mutes: readonly Mute[] = []
  #dropped = 0

  /** @param clock Monotonic, ms. */
  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** Frames kept back so far. */
  get dropped(): number {
    return this.#dropped
  }

  onSend(
    venue: SimVenueId,
    ...[, instrument]: readonly [connection: string, instrument: InstrumentId | null]
  ): 'send' | 'drop' {
    if (this.#mutes.length === 0 || instrument === null) return 'send'
    this.#forgetOld()
    const isMuted = this.#mutes.some(
      (mute) => mute.venue === venue && (mute.instrument === null || mute.instrument === instrument)
    )
    if (!isMuted) return 'send'
    this.#dropped += 1
    return 'drop'
  }

  /** Adds a mute; false when there are too many. */
  mute(venue: SimVenueId, instrument: InstrumentId | null, forMs: number): boolean {
    this.#forgetOld()
    if (this.#mutes.length >= maxMutes) return false
    this.#mutes = [...this.#mutes, { venue, instrument, untilMs: this.#clock() + forMs }]
    return true
  }

  clear(): void {
    this.#mutes = []
  }

  active(): readonly ActiveFault[] {
    this.#forgetOld()
    const nowMs = this.#clock()
    return this.#mutes.map(({ venue, instrument, untilMs }) => ({
      kind: 'mute',
      venue,
      instrument,
      remainingMs: untilMs - nowMs
    }))
  }

  #forgetOld(): void {
    const nowMs = this.#clock()
    if (this.#mutes.some(({ untilMs }) => untilMs <= nowMs)) {
      this.#mutes = this.#mutes.filter(({ untilMs }) => untilMs > nowMs)
    }
  }
}
