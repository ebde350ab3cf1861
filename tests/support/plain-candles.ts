import Database from 'better-sqlite3'
import type { PlainCandle } from '../../scripts/independent-candles.ts'

/** What an independent computation tells of a candle, and what is compared: place, prices, sums. */
export type ComparedCandle = Omit<PlainCandle, 'type' | 'dayMs' | 'closeMs' | 'index'> & {
  /** Null on time candles, whose interval says it. */
  readonly closeMs: number | null
  readonly index: number | null
}

/** Makes candles of the independent computation comparable, in order. */
export function comparedCandles(candles: readonly PlainCandle[]): ComparedCandle[] {
  return candles.map((candle) => compared(candle)).sort(byPlace)
}

/** Reads candles from lines of `--print ndjson`; a later line of a candle replaces the one before. */
export function printedCandles(output: string): ComparedCandle[] {
  const candles = new Map<string, ComparedCandle>()
  for (const line of output.split('\n')) {
    if (!line.startsWith('{"type":"candle"')) continue
    const candle = compared(JSON.parse(line) as PlainCandle)
    const { instrument, interval, openMs, index } = candle
    candles.set(
      JSON.stringify([instrument, interval, index === null ? openMs : index, dayOf(candle)]),
      candle
    )
  }
  return [...candles.values()].sort(byPlace)
}

/** Reads the stored candles of an interval as any program would: by SQL, from the documented view. */
export function storedCandles(file: string, interval: string): ComparedCandle[] {
  const database = new Database(file, { readonly: true, fileMustExist: true })
  try {
    const rows = database
      .prepare<[string], ComparedCandle>(
        `SELECT instrument, interval, open_ms AS openMs, close_ms AS closeMs, "index", open, high, low,
           close, volume, buy_volume AS buyVolume, trades FROM v_candle WHERE interval = ?`
      )
      .all(interval)
    return rows.map(compared).sort(byPlace)
  } finally {
    database.close()
  }
}

/** Counts stored trades, by SQL. */
export function countStoredTrades(file: string): number {
  const database = new Database(file, { readonly: true, fileMustExist: true })
  try {
    const row = database
      .prepare<[], { count: number }>('SELECT count(*) AS count FROM v_trade')
      .get()
    return row?.count ?? NaN
  } finally {
    database.close()
  }
}

function compared(
  candle: Omit<PlainCandle, 'type' | 'dayMs' | 'closeMs' | 'index'> &
    Partial<Pick<ComparedCandle, 'closeMs' | 'index'>>
): ComparedCandle {
  const { instrument, interval, openMs, open, high, low, close, volume, buyVolume, trades } = candle
  const isTick = interval.endsWith('t')
  return {
    instrument,
    interval,
    openMs,
    closeMs: isTick ? (candle.closeMs ?? null) : null,
    index: isTick ? (candle.index ?? null) : null,
    open,
    high,
    low,
    close,
    volume,
    buyVolume,
    trades
  }
}

/** Tick candles of two days may have one index. */
function dayOf({ openMs }: ComparedCandle): number {
  return Math.floor(openMs / 86_400_000)
}

function byPlace(a: ComparedCandle, b: ComparedCandle): number {
  return (
    a.instrument.localeCompare(b.instrument) ||
    a.openMs - b.openMs ||
    (a.index ?? 0) - (b.index ?? 0)
  )
}
