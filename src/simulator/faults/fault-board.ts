import type { InstrumentId } from '../../core/market/instrument.ts'
import type { SimFaults, SimRefusal, SimVenueId } from '../market.ts'
import { ActiveFault, type ShownFault } from './active-fault.ts'
import type {
  EffectOf,
  FaultEffect,
  FaultEffectKind,
  FaultLife,
  FaultScope
} from './fault-effect.ts'

const maxFaults = 1_000

/** A fault and its effect, whose kind is known. */
export type FoundFault<Kind extends FaultEffectKind> = {
  readonly fault: ActiveFault
  readonly effect: EffectOf<Kind>
}

/** The faults that are going on; asked before each frame, trade, connection and request. */
export class FaultBoard implements SimFaults {
  readonly #clock: () => number
  /** Strikes of faults that are over, by kind. */
  readonly #counts = new Map<FaultEffectKind, number>()
  #faults: readonly ActiveFault[] = []

  /** @param clock Monotonic, ms. */
  constructor(clock: () => number) {
    this.#clock = clock
  }

  get isIdle(): boolean {
    return this.#faults.length === 0
  }

  /** How often faults of each kind struck since the start. */
  counts(): Partial<Record<FaultEffectKind, number>> {
    const counts = new Map(this.#counts)
    for (const { effect, hits } of this.#faults) addTo(counts, effect.kind, hits)
    return Object.fromEntries(counts)
  }

  onSend(
    venue: SimVenueId,
    ...[, instrument]: readonly [connection: string, instrument: InstrumentId | null]
  ): 'send' | 'drop' {
    if (instrument === null) return 'send'
    const mute = this.find('mute', venue, instrument)
    if (mute === null) return 'send'
    mute.fault.strike()
    return 'drop'
  }

  onConnect(venue: SimVenueId): 'admit' | 'reset' | SimRefusal {
    const refuse = this.find('refuse', venue, null)
    if (refuse === null) return 'admit'
    refuse.fault.strike()
    const { status } = refuse.effect
    return status === null ? 'reset' : { status, headers: {} }
  }

  onRequest(venue: SimVenueId, target: string): SimRefusal | null {
    const fail = this.find('rest-fail', venue, null, ({ path }) => target.includes(path))
    if (fail === null) return null
    fail.fault.strike()
    const { status, retryAfter } = fail.effect
    return { status, headers: retryAfter === null ? {} : { 'retry-after': retryAfter } }
  }

  lifetime(venue: SimVenueId): { readonly ms: number; readonly code: number } | null {
    const lifetime = this.find('lifetime', venue, null)
    return lifetime === null ? null : { ms: lifetime.effect.ageMs, code: lifetime.effect.code }
  }

  /** Finds the oldest fault of a kind that is going on for an instrument, or for a venue as a whole. */
  find<Kind extends FaultEffectKind>(
    kind: Kind,
    venue: SimVenueId,
    instrument: InstrumentId | null,
    isMeant: (effect: EffectOf<Kind>) => boolean = () => true
  ): FoundFault<Kind> | null {
    if (this.#faults.length === 0) return null
    this.#forgetOld()
    for (const fault of this.#faults) {
      const { effect } = fault
      if (isOf(effect, kind) && fault.covers(venue, instrument) && isMeant(effect)) {
        return { fault, effect }
      }
    }
    return null
  }

  /** Begins a fault; false when there are too many. */
  add(of: {
    readonly effect: FaultEffect
    readonly scope: FaultScope
    readonly life: FaultLife
    readonly seed: number
  }): boolean {
    this.#forgetOld()
    if (this.#faults.length >= maxFaults) return false
    this.#faults = [...this.#faults, new ActiveFault({ ...of, nowMs: this.#clock() })]
    return true
  }

  clear(): void {
    this.#keep(() => false)
  }

  active(): readonly ShownFault[] {
    this.#forgetOld()
    const nowMs = this.#clock()
    return this.#faults.map((fault) => fault.show(nowMs))
  }

  #forgetOld(): void {
    const nowMs = this.#clock()
    if (this.#faults.some((fault) => fault.isOver(nowMs))) {
      this.#keep((fault) => !fault.isOver(nowMs))
    }
  }

  #keep(isKept: (fault: ActiveFault) => boolean): void {
    for (const fault of this.#faults) {
      if (!isKept(fault)) addTo(this.#counts, fault.effect.kind, fault.hits)
    }
    this.#faults = this.#faults.filter(isKept)
  }
}

function isOf<Kind extends FaultEffectKind>(
  effect: FaultEffect,
  kind: Kind
): effect is EffectOf<Kind> {
  return effect.kind === kind
}

function addTo(counts: Map<FaultEffectKind, number>, kind: FaultEffectKind, hits: number): void {
  counts.set(kind, (counts.get(kind) ?? 0) + hits)
}
