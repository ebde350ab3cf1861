import type { InstrumentId } from '../../core/market/instrument.ts'
import type { SimVenueId } from '../market.ts'
import type { ActiveFault } from './active-fault.ts'
import type { EffectOf, FaultEffectKind } from './fault-effect.ts'

/** A fault and its effect, whose kind is known. */
export type FoundFault<Kind extends FaultEffectKind> = {
  readonly fault: ActiveFault
  readonly effect: EffectOf<Kind>
}

/** Who knows which faults are going on. */
export interface FaultFinder {
  /** Finds the oldest fault of a kind that is going on for an instrument, or for a venue as a whole. */
  find<Kind extends FaultEffectKind>(
    kind: Kind,
    venue: SimVenueId,
    instrument: InstrumentId | null,
    isMeant?: (effect: EffectOf<Kind>) => boolean
  ): FoundFault<Kind> | null
}
