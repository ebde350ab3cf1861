import type { InstrumentId } from '../../core/market/instrument.ts'
import type { SimVenueId } from '../market.ts'

/** What a lying history is wrong about. */
export type LieSubject = 'ids' | 'instrument' | 'price' | 'times'

/** What a lasting fault does. Shares are of trades, 0 to 1. */
export type FaultEffect =
  /** Frames about the instrument are not sent. */
  | { readonly kind: 'mute' }
  /** Trades happen and are served by REST, but no frame carries them. */
  | { readonly kind: 'drop'; readonly share: number }
  /** Trades go out so much later than they happen. */
  | { readonly kind: 'delay'; readonly share: number; readonly byMs: number }
  /** So many trades at a time go out in a shuffled order. */
  | { readonly kind: 'reorder'; readonly window: number }
  /** New connections are not let in; a null status is a TCP reset. */
  | { readonly kind: 'refuse'; readonly status: number | null }
  /** REST requests whose path holds `path` are answered with a status instead. */
  | {
      readonly kind: 'rest-fail'
      readonly status: number
      readonly path: string
      /** Seconds, or a date as HTTP writes it; null: the answer has none. */
      readonly retryAfter: string | null
    }
  /** Trades of REST are not as they were. */
  | {
      readonly kind: 'rest-lie'
      readonly about: LieSubject
      readonly share: number
      /** ids: added to the id; times: ms added; price: share added. */
      readonly by: number
    }
  /** Trades of REST that are older are gone. */
  | {
      readonly kind: 'rest-cut'
      readonly olderThanMs: number | null
      readonly beforeId: number | null
    }
  /** Pages of REST hold no more than so many trades. */
  | { readonly kind: 'rest-partial'; readonly most: number }
  /** Connections are closed at this age. */
  | { readonly kind: 'lifetime'; readonly ageMs: number; readonly code: number }

/** Kinds that go on for a while. */
export type FaultEffectKind = FaultEffect['kind']

/** The effect of one kind. */
export type EffectOf<Kind extends FaultEffectKind> = Extract<FaultEffect, { readonly kind: Kind }>

/** What a fault is about. */
export type FaultScope = {
  readonly venue: SimVenueId
  /** null: all instruments of the venue. */
  readonly instrument: InstrumentId | null
}

/** When a fault ends, whichever comes first; null: not by this. */
export type FaultLife = { readonly ms: number | null; readonly n: number | null }
