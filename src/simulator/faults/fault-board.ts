import type { InstrumentId } from '../../core/market/instrument.ts'
import { hashUnit, seedOf } from '../hash.ts'
import type { SimFaults, SimLifetime, SimRefusal, SimVenueId } from '../market.ts'
import { ActiveFault, type ShownFault } from './active-fault.ts'
import { changeFrame } from './changed-frame.ts'
import { ConnectLog } from './connect-log.ts'
import type { FaultFinder, FoundFault } from './fault-finder.ts'
import type {
  EffectOf,
  FaultEffect,
  FaultEffectKind,
  FaultLife,
  FaultScope
} from './fault-effect.ts'

const maxFaults = 1_000

/** The faults that are going on; asked before each frame, trade, connection and request. */
export class FaultBoard implements SimFaults, FaultFinder {
  readonly connects = new ConnectLog()
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
    const mute = this.find('mute', venue, instrument, ({ keep }) => keep === 'nothing')
    if (mute === null) return 'send'
    mute.fault.strike()
    return 'drop'
  }

  onFrame(venue: SimVenueId, instrument: InstrumentId | null, frame: string): string | null {
    return this.#faults.length === 0 ? frame : changeFrame(this, { venue, instrument, frame })
  }

  onMessage(venue: SimVenueId): 'hear' | 'ignore' {
    const deaf = this.find('deaf', venue, null)
    deaf?.fault.strike()
    return deaf === null ? 'hear' : 'ignore'
  }

  onConnect(venue: SimVenueId): 'admit' | 'reset' | 'mute' | SimRefusal {
    const nowMs = this.#clock()
    this.connects.note(venue, nowMs)
    const limit = this.find('connect-limit', venue, null)
    if (limit !== null && this.connects.isBanned(venue, limit.effect, nowMs)) {
      limit.fault.strike()
      return { status: 429, headers: {} }
    }
    const refuse = this.find('refuse', venue, null)
    if (refuse === null) return 'admit'
    refuse.fault.strike()
    this.connects.refuse(venue)
    const { status, how, headers, body = '' } = refuse.effect
    if (status !== null) return { status, headers, body }
    return how === 'mute' ? 'mute' : 'reset'
  }

  onRequest(venue: SimVenueId, target: string): SimRefusal | null {
    const fail = this.find('rest-fail', venue, null, ({ path }) => target.includes(path))
    if (fail === null) return null
    fail.fault.strike()
    const { status, headers } = fail.effect
    return { status, headers }
  }

  answerDelayMs(venue: SimVenueId, target: string): number {
    const slow = this.find('rest-slow', venue, null, ({ path }) => target.includes(path))
    slow?.fault.strike()
    return slow?.effect.byMs ?? 0
  }

  lifetime(venue: SimVenueId, connection: string): SimLifetime | null {
    const lifetime = this.find('lifetime', venue, null)
    if (lifetime !== null) {
      const { ageMs, code } = lifetime.effect
      return { ms: ageMs, cut: { how: 'close', code } }
    }
    const flap = this.find('flap', venue, null)
    if (flap === null) return null
    const { withinMs, cut } = flap.effect
    return { ms: withinMs * hashUnit(seedOf(flap.fault.seed, connection), 1, 0), cut }
  }

  isPortClosed(venue: SimVenueId): boolean {
    return this.find('refuse', venue, null, ({ how }) => how === 'port') !== null
  }

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
