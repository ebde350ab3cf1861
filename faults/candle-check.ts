import { DatabaseSync } from 'node:sqlite'
import { computeCandles, type PlainCandle } from '../scripts/independent-candles.ts'
import { decimals, type PlainTrade } from '../scripts/independent-trades.ts'

/** How stored candles stand to the stored trades. */
export type CandleCheck = { readonly checked: number; readonly wrong: number }

const intervals = ['1s', '1m', '100t']

/**
 * Builds every candle anew from the stored trades, by code that shares nothing with the engine, and
 * counts those that are stored otherwise or not at all. Candles that a venue told are left out.
 */
export function checkCandles(path: string): CandleCheck {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 1_000 })
  try {
    const stored = readCandles(database)
    const trades = readTrades(database)
    const told = new Set([...stored].filter(([, row]) => row['source'] === 'venue').map(keyOf))
    const built = intervals
      .flatMap((interval) => computeCandles(trades, interval, 'utc'))
      .filter((candle) => !told.has(nameOf(candle)))
    const wrong = built.filter((candle) => !isAsStored(candle, stored.get(nameOf(candle))))
    const surplus = [...stored].filter(([, row]) => row['source'] === 'trades').length
    return { checked: built.length, wrong: wrong.length + Math.abs(surplus - built.length) }
  } finally {
    database.close()
  }
}

type StoredCandle = Readonly<Record<string, unknown>>

function readCandles(database: DatabaseSync): Map<string, StoredCandle> {
  const rows = database
    .prepare(
      `SELECT instrument, interval, open_ms, "index", open, high, low, close, volume, buy_volume,
         trades, source
       FROM v_candle WHERE interval IN ('1s', '1m', '100t')`
    )
    .all()
  return new Map(
    rows.map((row) => [
      `${String(row['instrument'])} ${String(row['interval'])} ${String(row['index'] ?? row['open_ms'])}`,
      row
    ])
  )
}

function readTrades(database: DatabaseSync): readonly PlainTrade[] {
  const rows = database
    .prepare(
      `SELECT t.instrument, t.event_ms, t.id, t.price, t.size, t.side, i.trade_ids
       FROM v_trade t JOIN instrument i ON i.venue = t.venue AND i.symbol = t.symbol
       WHERE t.flagged = 0 ORDER BY t.arrival`
    )
    .all()
  return rows
    .map((row) => ({
      instrument: String(row['instrument']),
      timeMs: Number(row['event_ms']),
      sequence: row['trade_ids'] === 'contiguous' ? Number(row['id']) : 0,
      price: unitsOf(Number(row['price'])),
      size: unitsOf(Number(row['size'])),
      bought: row['side'] === 'buy'
    }))
    .sort((a, b) => a.sequence - b.sequence || a.timeMs - b.timeMs)
}

/** The decimal that a number was read from, in the units of the independent candles. */
function unitsOf(value: number): bigint {
  const [mantissa = '', exponent = '0'] = String(value).split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const places = decimals + Number(exponent) - fraction.length
  const digits = BigInt(whole + fraction)
  return places >= 0 ? digits * 10n ** BigInt(places) : digits / 10n ** BigInt(-places)
}

function nameOf({ instrument, interval, openMs, index }: PlainCandle): string {
  return `${instrument} ${interval} ${interval.endsWith('t') ? index : openMs}`
}

function keyOf([key]: readonly [string, unknown]): string {
  return key
}

function isAsStored(built: PlainCandle, stored: StoredCandle | undefined): boolean {
  if (stored === undefined) return false
  return (
    stored['open'] === built.open &&
    stored['high'] === built.high &&
    stored['low'] === built.low &&
    stored['close'] === built.close &&
    stored['volume'] === built.volume &&
    stored['buy_volume'] === built.buyVolume &&
    stored['trades'] === built.trades
  )
}
