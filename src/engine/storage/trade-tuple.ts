import type { Trade } from '../../core/market/event.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { TapeRow } from '../../recordings/tape-rows.ts'

/** A trade as the table `trade` tells it, its columns as in `tradeTupleColumns`. */
export type TradeTuple = readonly [
  id: number | string,
  arrival: number,
  eventMs: number,
  receivedMs: number,
  price: number,
  size: number,
  /** 1 the aggressor bought, -1 it sold, 0 the venue does not tell. */
  side: number,
  flagged: number
]

/** What to select for a tuple. */
export const tradeTupleColumns = 'id, arrival, event_ms, received_ms, price, size, side, flagged'

/** The trade that a tuple tells. */
export function tradeFrom(instrument: InstrumentId, tuple: TradeTuple): Trade {
  const [id, , eventMs, receivedMs, price, size, side] = tuple
  return {
    kind: 'trade',
    instrument,
    id,
    eventMs,
    receivedMs,
    price,
    size,
    side: side === 1 ? 'buy' : side === -1 ? 'sell' : null
  }
}

/** The row of a tape file that a tuple becomes. */
export function tapeRowFrom(instrument: InstrumentId, tuple: TradeTuple): TapeRow {
  const [id, arrival, eventMs, receivedMs, price, size, side, flagged] = tuple
  return { instrument, id, eventMs, receivedMs, price, size, side, flagged, arrival }
}
