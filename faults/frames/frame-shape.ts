import type { Instrument } from '../../src/core/market/instrument.ts'
import type { Random } from '../../src/core/market/random.ts'
import type { Venue } from '../../src/venues/venue.ts'
import { unread, type FieldKind } from './field-values.ts'

/** A field of a frame. */
export type FrameField = {
  readonly name: string
  readonly kind: FieldKind
  /** `read`: may not be missing. `free`: may be. `noise`: nobody looks at it. */
  readonly use: 'read' | 'free' | 'noise'
}

/** Values as they must be read, by field; fields that were left out are not there. */
export type ReadValues = Readonly<Record<string, unknown>>

/** Frames of one kind as a venue writes them: objects of some fields, in whatever stands around them. */
export type FrameShape = {
  readonly name: string
  readonly fields: readonly FrameField[]
  /** Its objects are arrays of the values, in this order, without names. */
  readonly isList?: boolean
  /** How many objects a frame holds at most. */
  readonly most: number
  readonly wrap: (objects: readonly string[], random: Random) => string
  /** What one object must be read as, without instrument and time of receipt. A time of null is that of receipt. */
  readonly events: (values: ReadValues) => readonly ExpectedEvent[]
}

export type ExpectedEvent = { readonly kind: string; readonly eventMs: unknown } & ReadValues

/** A venue, an instrument that is expected there, and its frames. */
export type ShapedVenue = {
  readonly venue: Venue
  readonly instrument: Instrument
  readonly shapes: readonly FrameShape[]
}

/** A field that may not be missing. */
export function read(name: string, kind: FieldKind): FrameField {
  return { name, kind, use: 'read' }
}

/** A field that may be missing. */
export function free(name: string, kind: FieldKind): FrameField {
  return { name, kind, use: 'free' }
}

/** A field that nobody looks at. @param text What it usually holds, as JSON. */
export function noise(name: string, text: string): FrameField {
  return { name, kind: unread(text), use: 'noise' }
}

/** A frame that is its only object. */
export function bare(of: Omit<FrameShape, 'wrap' | 'most'>): FrameShape {
  return { ...of, most: 1, wrap: ([object = '{}']) => object }
}

/** A venue with the instrument of a symbol in our spelling. @throws Error where it cannot be assumed. */
export function shapedVenue(
  venue: Venue,
  symbol: string,
  shapes: readonly FrameShape[]
): ShapedVenue {
  const instrument = venue.assumeInstrument?.(symbol) ?? null
  if (instrument === null) throw new Error(`${venue.id} knows no ${symbol}`)
  return { venue, instrument, shapes }
}
