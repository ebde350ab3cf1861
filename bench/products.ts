import type { Instrument } from '../src/core/market/instrument.ts'
import type { SimInstrument } from '../src/simulator/market.ts'

/** Instruments of the simulated market as discovery would give them. */
export function instrumentsOf(simulated: readonly SimInstrument[]): readonly Instrument[] {
  return simulated.map(({ id, venueSymbol, base, quote, priceDigits, sizeDigits }) => ({
    id,
    venue: 'coinbase',
    symbol: `${base}-${quote}`,
    venueSymbol,
    base,
    quote,
    tickSize: Number(`1e-${priceDigits}`),
    lotSize: Number(`1e-${sizeDigits}`),
    calendar: null,
    status: 'trading',
    turnover24h: null
  }))
}
