import { join } from 'node:path'
import type { InstrumentId } from '../../core/market/instrument.ts'

export const hourMs = 3_600_000

/** An hour of venue time, of all instruments of a venue. */
export type VenueHour = {
  readonly venue: string
  /** floor(epoch ms / 3600000). */
  readonly hour: number
}

/** What a file holds of one instrument. */
export type SealedStretch = {
  readonly instrument: InstrumentId
  readonly trades: number
  /** Of them. */
  readonly flagged: number
  /** Bounds of its ids; null where any is text. */
  readonly ids: { readonly first: number; readonly last: number } | null
}

/** A file that is in its place, ready to take the place of rows. */
export type SealedHour = VenueHour & {
  readonly part: number
  /** From the folder of the database, with `/`. */
  readonly path: string
  readonly bytes: number
  readonly trades: number
  readonly checksum: number
  /** Trades of the hour stored up to this arrival lie in files. */
  readonly cutArrival: number
  /** Parts whose trades it holds too, so that they no longer count; may be empty. */
  readonly replaces: readonly number[]
  readonly stretches: readonly SealedStretch[]
}

/** Where a part of an hour lies, from the folder of the database. */
export function tapePath({ venue, hour }: VenueHour, part: number, isWhole: boolean): string {
  const [day = '', time = ''] = new Date(hour * hourMs).toISOString().split('T')
  const kind = part === 0 ? '' : `.${isWhole ? 'whole' : 'delta'}-${part}`
  return ['tape', venue, day, `${time.slice(0, 2)}${kind}.parquet`].join('/')
}

/** A path of the manifest as the system spells it. */
export function pathIn(folder: string, path: string): string {
  return join(folder, ...path.split('/'))
}
