import type Database from 'better-sqlite3'
import { invariant } from '../../core/invariant.ts'
import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'
import type { InstrumentRegistration } from './writer-messages.ts'
import { instrumentId, splitInstrumentId } from '../../core/market/instrument.ts'
import type { Session } from '../../core/market/session-calendar.ts'
import type { TradeIds } from '../../core/market/trade-order.ts'

/** An instrument as its row tells it. */
export type StoredInstrument = {
  /** Small number that the other tables use. */
  readonly row: number
  readonly id: InstrumentId
  readonly tradeIds: TradeIds
  readonly calendar: Instrument['calendar']
  readonly session: Session | null
  readonly lotSize: number | null
}

type Row = {
  readonly id: number
  readonly venue: string
  readonly symbol: string
  readonly trade_ids: TradeIds
  readonly calendar: Instrument['calendar']
  readonly session: Session | null
  readonly lot_size: number | null
}

const instrumentColumns = 'id, venue, symbol, trade_ids, calendar, session, lot_size'

/** Finds an instrument by id; null when nothing was ever stored of it. */
export function findInstrument(
  database: Database.Database,
  id: InstrumentId
): StoredInstrument | null {
  const { venue, symbol } = splitInstrumentId(id)
  const row = database
    .prepare<[string, string], Row>(
      `SELECT ${instrumentColumns} FROM instrument WHERE venue = ? AND symbol = ?`
    )
    .get(venue, symbol)
  return row === undefined ? null : storedFrom(row)
}

/**
 * Writes what is known of an instrument now; its row number never changes. Of a delisted one nothing
 * new is known.
 */
export function upsertInstrument(
  database: Database.Database,
  { instrument, tradeIds, session }: InstrumentRegistration
): StoredInstrument {
  const known = instrument.status === 'delisted' ? findInstrument(database, instrument.id) : null
  if (known !== null) return known
  const row = database
    .prepare<unknown[], Row>(
      `INSERT INTO instrument
         (venue, symbol, venue_symbol, base, quote, tick_size, lot_size, calendar,
          session, trade_ids)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (venue, symbol) DO UPDATE SET
         venue_symbol = excluded.venue_symbol, base = excluded.base, quote = excluded.quote,
         tick_size = excluded.tick_size, lot_size = excluded.lot_size,
         calendar = excluded.calendar, session = excluded.session, trade_ids = excluded.trade_ids
       RETURNING ${instrumentColumns}`
    )
    .get(
      instrument.venue,
      instrument.symbol,
      instrument.venueSymbol,
      instrument.base,
      instrument.quote,
      instrument.tickSize,
      instrument.lotSize,
      instrument.calendar,
      session,
      tradeIds
    )
  invariant(row !== undefined, `expected a row for ${instrument.id}`)
  return storedFrom(row)
}

function storedFrom(row: Row): StoredInstrument {
  return {
    row: row.id,
    id: instrumentId(row.venue, row.symbol),
    tradeIds: row.trade_ids,
    calendar: row.calendar,
    session: row.session,
    lotSize: row.lot_size
  }
}
