import type { ConnectionState } from '../../contracts/shapes.ts'
import type { InstrumentId, VenueId } from '../../core/market/instrument.ts'
import type { CloseCause } from './close-cause.ts'

/** One change of a connection's state, told as it happens; those of one connection form an unbroken chain. */
export type ConnectionTransition = {
  readonly connection: string
  readonly venue: VenueId
  /** Those it is to carry at this moment, refused ones included. */
  readonly instruments: readonly InstrumentId[]
  readonly from: ConnectionState
  readonly to: ConnectionState
  /** A waiting reason while `to` is `waiting`, else in words; null where there is nothing to say. */
  readonly reason: string | null
  /** How its link ended, where that led here; null elsewhere. */
  readonly cause: CloseCause | null
  /** The end was our wish: market closed, stop, rotation. False without a `cause`. */
  readonly isPlanned: boolean
  /** How long the ended link had carried healthy data, ms; null without a `cause`. */
  readonly healthyMs: number | null
  /** When data last came on a link that has ended, run clock; null where none did. */
  readonly lastDataMs: number | null
  /** Run clock, epoch ms. */
  readonly atMs: number
  readonly monotonicMs: number
  /** Losses in a row since it was last healthy, this one included. */
  readonly attempt: number
}
