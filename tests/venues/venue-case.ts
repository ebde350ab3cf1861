import type { Instrument } from '../../src/core/market/instrument.ts'
import type { ParsedFrame, Venue } from '../../src/venues/venue.ts'

/** A whole frame, written by us in the shape that a page documents. */
export type DocumentedFrame = {
  /** What it is, in words: `a trade whose maker bought`. */
  readonly name: string
  /** The page it follows: `bybit-v5.md, publicTrade`. */
  readonly page: string
  readonly frame: string
  /** What it means when it arrives at `receivedMs`. */
  readonly expected: ParsedFrame
}

/** What the contract suite needs to know of one venue. */
export type VenueCase = {
  readonly venue: Venue
  /** Expected by the parser under test; at least one. */
  readonly instruments: readonly Instrument[]
  /** Read in this order by one parser. */
  readonly frames: readonly DocumentedFrame[]
}

/** Our time at which every documented frame arrives. */
export const receivedMs = 1_790_000_000_000.25
