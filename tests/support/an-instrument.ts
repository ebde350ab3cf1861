import { instrumentId, type Instrument } from '../../src/core/market/instrument.ts'

/** Builds an instrument for tests; say what matters, the rest is noise. */
export function anInstrument(
  of: Pick<Instrument, 'venue' | 'symbol' | 'venueSymbol'> & Partial<Instrument>
): Instrument {
  const [base = of.symbol, quote = 'USD'] = of.symbol.split('-')
  return {
    id: instrumentId(of.venue, of.symbol),
    base,
    quote,
    tickSize: null,
    lotSize: null,
    calendar: null,
    status: 'trading',
    turnover24h: null,
    ...of
  }
}
