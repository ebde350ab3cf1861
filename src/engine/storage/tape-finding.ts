import type { InstrumentId } from '../../core/market/instrument.ts'
import type { VenueHour } from './sealed-hour.ts'

/** Trades of an instrument that nobody can read, because their file is damaged. */
export type TapeLoss = {
  readonly instrument: InstrumentId
  /** Venue time within which they traded, [fromMs, toMs). */
  readonly fromMs: number
  readonly toMs: number
  readonly trades: number
  /** Where in the file, and why, in words that begin with the file's path in the manifest. */
  readonly reason: string
}

/** What became of a file that was looked at. */
export type TapeFinding = VenueHour & {
  readonly part: number
  /** As in the manifest. */
  readonly path: string
  /** Empty: it is whole, and what was noted of it no longer holds. */
  readonly losses: readonly TapeLoss[]
}

/** Which files of the manifest to look at, and how closely. */
export type TapeLook = {
  /** Those, and all of which a loss is noted; null: `files` of all, from a place on. */
  readonly paths: readonly string[] | null
  readonly from: number
  readonly files: number
  /** `heads`: that they are there, and which they are. `groups`: every byte. Of noted ones always every byte. */
  readonly depth: 'heads' | 'groups'
}

/** What a look came to. */
export type TapeLooked = {
  /** Files that are damaged, and those that no longer are. */
  readonly findings: readonly TapeFinding[]
  /** Where the next look goes on; null after the last file. */
  readonly next: number | null
}
