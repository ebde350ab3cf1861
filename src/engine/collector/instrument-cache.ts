import type { Instrument } from '../../core/market/instrument.ts'

/** Keeps one venue's instrument list between runs; plain JSON, kept by the engine in its data folder. */
export interface InstrumentCache {
  /** What was saved last, unchecked; null when nothing was or it cannot be read. */
  load(): Promise<unknown>
  save(instruments: readonly Instrument[]): Promise<void>
}

/** Reads a cached list; null unless every entry is an instrument of `venue`. */
export function parseCachedInstruments(
  content: unknown,
  venue: string
): readonly Instrument[] | null {
  if (!Array.isArray(content) || content.length === 0) return null
  const instruments: Instrument[] = []
  for (const entry of content as readonly unknown[]) {
    if (!isInstrument(entry) || entry.venue !== venue) return null
    instruments.push(entry)
  }
  return instruments
}

function isInstrument(value: unknown): value is Instrument {
  if (typeof value !== 'object' || value === null) return false
  const fields: { readonly [Key in keyof Instrument]?: unknown } = value
  const { id, venue, symbol, venueSymbol, base, quote, calendar, status } = fields
  const texts = [id, venue, symbol, venueSymbol, base, quote]
  return (
    texts.every((text) => typeof text === 'string' && text !== '') &&
    id === `${String(venue)}:${String(symbol)}` &&
    [fields.tickSize, fields.lotSize, fields.turnover24h].every(isNumberOrNull) &&
    (calendar === null || calendar === 'XNYS') &&
    (status === 'trading' || status === 'halted' || status === 'delisted')
  )
}

function isNumberOrNull(value: unknown): boolean {
  return value === null || (typeof value === 'number' && Number.isFinite(value))
}
