import type { Instrument } from './instrument.ts'

/** Reads a list of instruments that was kept as JSON; null unless every entry is an instrument of `venue`. */
export function parseInstruments(content: unknown, venue: string): readonly Instrument[] | null {
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
