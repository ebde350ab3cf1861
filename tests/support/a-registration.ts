import type { InstrumentId } from '../../src/core/market/instrument.ts'
import { splitInstrumentId } from '../../src/core/market/instrument.ts'
import type { InstrumentRegistration } from '../../src/engine/storage/store.ts'
import { anInstrument } from './an-instrument.ts'

/** An instrument as the store is told of it; contiguous ids, round the clock. */
export function aRegistration(
  id: InstrumentId = 'coinbase:BTC-USD',
  fields: Partial<InstrumentRegistration> = {}
): InstrumentRegistration {
  const { venue, symbol } = splitInstrumentId(id)
  return {
    instrument: anInstrument({ venue, symbol, venueSymbol: symbol.replace('-', '') }),
    tradeIds: 'contiguous',
    session: null,
    graceMs: 2_000,
    ...fields
  }
}
