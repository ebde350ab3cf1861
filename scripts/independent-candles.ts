import { parseArgs } from 'node:util'
import { decimals, newYorkMidnight, readTrades, type PlainTrade } from './independent-trades.ts'

/** A candle in the spelling of Tapedeck's HTTP shape, numbers nearest to the exact values. */
export type PlainCandle = {
  readonly type: 'candle'
  readonly instrument: string
  readonly interval: string
  readonly openMs: number
  readonly closeMs: number
  readonly dayMs: number
  readonly index: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly buyVolume: number
  readonly trades: number
}

/** When tick candles start counting. */
export type Session = 'utc' | 'extended' | 'regular'

const dayLengthMs = 86_400_000

/** Builds the candles of one interval, ordered by instrument, day and time. */
export function computeCandles(
  trades: readonly PlainTrade[],
  interval: string,
  session: Session
): PlainCandle[] {
  const groups = new Map<string, PlainTrade[]>()
  const counted = new Map<string, number>()
  const [, length = '', unit = ''] = /^(\d+)([smhdt])$/.exec(interval) ?? []
  if (unit === '') throw new Error(`${interval}: expected a number and one of s m h d t`)
  const lengthMs = Number(length) * (unitMs[unit] ?? 0)
  for (const trade of trades) {
    const openMs = unit === 't' ? 0 : trade.timeMs - (trade.timeMs % lengthMs)
    const dayMs = unit === 't' ? dayStart(trade.timeMs, session) : 0
    const day = `${trade.instrument} ${dayMs}`
    const ordinal = counted.get(day) ?? 0
    counted.set(day, ordinal + 1)
    const index = unit === 't' ? Math.floor(ordinal / Number(length)) : 0
    const key = JSON.stringify([trade.instrument, dayMs, index, openMs])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [trade])
    else group.push(trade)
  }
  return [...groups].map(([key, group]) => buildCandle(key, group, { interval, lengthMs }))
}

const unitMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: dayLengthMs
}

function buildCandle(
  key: string,
  trades: readonly PlainTrade[],
  { interval, lengthMs }: { readonly interval: string; readonly lengthMs: number }
): PlainCandle {
  const [instrument, dayMs, index, openMs] = JSON.parse(key) as [string, number, number, number]
  const prices = trades.map(({ price }) => price)
  const first = prices[0] ?? 0n
  const firstMs = trades[0]?.timeMs ?? 0
  return {
    type: 'candle',
    instrument,
    interval,
    openMs: lengthMs === 0 ? firstMs : openMs,
    closeMs: lengthMs === 0 ? (trades.at(-1)?.timeMs ?? 0) : openMs + lengthMs,
    dayMs,
    index,
    open: toNumber(first),
    high: toNumber(prices.reduce((high, price) => (price > high ? price : high), first)),
    low: toNumber(prices.reduce((low, price) => (price < low ? price : low), first)),
    close: toNumber(prices.at(-1) ?? 0n),
    volume: toNumber(sizeOf(trades)),
    buyVolume: toNumber(sizeOf(trades.filter(({ bought }) => bought))),
    trades: trades.length
  }
}

function sizeOf(trades: readonly PlainTrade[]): bigint {
  return trades.reduce((sum, { size }) => sum + size, 0n)
}

/** The nearest number, by the decimal text. */
function toNumber(units: bigint): number {
  const digits = units.toString().padStart(decimals + 1, '0')
  return Number(`${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`)
}

function dayStart(timeMs: number, session: Session): number {
  if (session === 'utc') return timeMs - (timeMs % dayLengthMs)
  const opensAfterMs = session === 'extended' ? 4 * 3_600_000 : 9.5 * 3_600_000
  for (let back = 0; ; back += 1) {
    const date = new Date(timeMs - 5 * 3_600_000 - back * dayLengthMs)
    const isWeekend = date.getUTCDay() === 0 || date.getUTCDay() === 6
    const openMs = newYorkMidnight(date.toISOString().slice(0, 10)) + opensAfterMs
    if (!isWeekend && openMs <= timeMs) return openMs
  }
}

/**
 * Prints the candles of a captured file, to compare Tapedeck's own with. Imports nothing from `src` on
 * purpose: shared code would share its errors. Sums are exact.
 *
 *   node scripts/independent-candles.ts FILE [--intervals 1s,1m,100t] [--format ndjson|csv]
 *     [--instrument ID] [--session extended|regular]
 *
 * Tick candles count from 00:00 UTC; for equities from the latest open of the session at or before the
 * trade: 04:00 New York (extended, the default) or 09:30 (regular) of a weekday. Holidays are not known
 * here.
 */
function main(): void {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      intervals: { type: 'string', default: '1s,1m,100t' },
      format: { type: 'string', default: 'ndjson' },
      instrument: { type: 'string' },
      session: { type: 'string' }
    }
  })
  const [file] = positionals
  if (file === undefined) throw new Error('expected a file')
  const session = file.endsWith('.zip')
    ? values.session === 'regular'
      ? 'regular'
      : 'extended'
    : 'utc'
  const trades = readTrades(file).filter(
    ({ instrument }) => values.instrument === undefined || instrument === values.instrument
  )
  const candles = values.intervals
    .split(',')
    .flatMap((each) => computeCandles(trades, each, session))
  const lines = candles.map((candle) =>
    values.format === 'csv' ? Object.values(candle).join(',') : JSON.stringify(candle)
  )
  if (values.format === 'csv') lines.unshift(Object.keys(candles[0] ?? {}).join(','))
  process.stdout.write(lines.map((line) => `${line}\n`).join(''))
}

if (import.meta.main) main()
