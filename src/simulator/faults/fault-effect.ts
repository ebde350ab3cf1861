import type { InstrumentId } from '../../core/market/instrument.ts'
import type { SimCut, SimVenueId } from '../market.ts'
import type { ProxyBehaviour } from '../proxy/proxy-behaviour.ts'
import type { Damage } from './frame-damage.ts'
import type { FieldChange } from './field-change.ts'
import type { TradeField } from './trade-fields.ts'

/** What a lying history is wrong about. */
export type LieSubject = 'ids' | 'instrument' | 'price' | 'times'

/** What a lasting fault does. Shares are of trades, 0 to 1. */
export type FaultEffect =
  /** Frames about the instrument are not sent, but for heartbeats where those are kept. */
  | { readonly kind: 'mute'; readonly keep: 'nothing' | 'heartbeats' }
  /** Trades happen and are served by REST, but no frame carries them. */
  | { readonly kind: 'drop'; readonly share: number }
  /** Trades go out so much later than they happen. */
  | { readonly kind: 'delay'; readonly share: number; readonly byMs: number }
  /** So many trades at a time go out in a shuffled order. */
  | { readonly kind: 'reorder'; readonly window: number }
  /** New connections are not let in; a null status goes by `how`. */
  | {
      readonly kind: 'refuse'
      readonly status: number | null
      readonly how: 'reset' | 'mute' | 'port'
      /** Of the answer; empty unless given. */
      readonly body?: string
      readonly headers: Readonly<Record<string, string>>
    }
  /** REST requests whose path holds `path` are answered with a status instead. */
  | {
      readonly kind: 'rest-fail'
      readonly status: number
      readonly path: string
      readonly headers: Readonly<Record<string, string>>
    }
  /** REST requests whose path holds `path` are answered so much later. */
  | { readonly kind: 'rest-slow'; readonly byMs: number; readonly path: string }
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
  /** Connections are ended at an age that is drawn for each. */
  | { readonly kind: 'flap'; readonly withinMs: number; readonly cut: SimCut }
  /** Frames of trades are damaged. */
  | { readonly kind: 'corrupt'; readonly how: Damage | 'any'; readonly share: number }
  /** Fields of trades are not as the venue documents them. */
  | {
      readonly kind: 'mutate'
      readonly change: FieldChange
      readonly field: TradeField
      readonly share: number
    }
  /** Trades carry other times on the wire. */
  | {
      readonly kind: 'times'
      readonly to: 'past' | 'future' | 'back' | 'offset'
      readonly byMs: number
      readonly share: number
    }
  /** What clients say is not heard. */
  | { readonly kind: 'deaf' }
  /** Subscriptions are served and never acknowledged. */
  | { readonly kind: 'no-ack' }
  /** The venue refuses to serve the instrument; listed or not. */
  | { readonly kind: 'untradable'; readonly isListed: boolean }
  /** The instrument is not known yet. */
  | { readonly kind: 'unlisted' }
  /** Each trade is followed by so many more, less one. */
  | { readonly kind: 'surge'; readonly factor: number }
  /** The network before the venue misbehaves; the oldest such fault is the one that counts. */
  | { readonly kind: 'network'; readonly behaviour: ProxyBehaviour }
  /** Who connects more often is shut out for a while. */
  | {
      readonly kind: 'connect-limit'
      readonly perSecond: number
      readonly per5Minutes: number
      readonly banMs: number
    }

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
