import { readFileSync } from 'node:fs'
import { gunzipSync, inflateRawSync, zstdDecompressSync } from 'node:zlib'

/** A trade as the file tells it; `price` and `size` in 10^-18 units. */
export type PlainTrade = {
  readonly instrument: string
  readonly timeMs: number
  /** Orders trades before anything else where the venue numbers them +1; else 0. */
  readonly sequence: number
  readonly price: bigint
  readonly size: bigint
  readonly bought: boolean
}

/** Decimals that prices and sizes are counted in. */
export const decimals = 18

/**
 * Reads every trade of a captured file once, in the order that candles take them: of id (Binance), else
 * of time and place in the file.
 *
 * @param file A Binance spot capture (`.gz`, nanosecond lines), a Bybit linear capture (`.jsonl.zst`) or
 *   a LEAN equity tick archive (`…/tick/<symbol>/<yyyymmdd>_trade.zip`).
 */
export function readTrades(file: string): PlainTrade[] {
  const trades = readFormat(file)
  return trades.sort((a, b) => a.sequence - b.sequence || a.timeMs - b.timeMs)
}

function readFormat(file: string): PlainTrade[] {
  if (file.endsWith('.zip')) return readLeanTicks(file)
  const bytes = readFileSync(file)
  if (file.endsWith('.gz')) return readBinanceSpot(gunzipSync(bytes).toString())
  if (file.endsWith('.jsonl.zst')) return readBybitLinear(zstdDecompressSync(bytes).toString())
  throw new Error(`${file}: expected .gz, .jsonl.zst or .zip`)
}

function readBinanceSpot(text: string): PlainTrade[] {
  const trades = new Map<string, PlainTrade>()
  for (const line of text.split('\n')) {
    if (!line.includes('"e":"trade"')) continue
    const { data } = JSON.parse(line.slice(line.indexOf('{'))) as { readonly data: BinanceTrade }
    trades.set(`${data.s} ${data.t}`, {
      instrument: `binance-spot:${spell(data.s)}`,
      timeMs: data.T,
      sequence: data.t,
      price: parseDecimal(data.p),
      size: parseDecimal(data.q),
      bought: !data.m
    })
  }
  return [...trades.values()]
}

type BinanceTrade = {
  readonly s: string
  readonly t: number
  readonly T: number
  readonly p: string
  readonly q: string
  readonly m: boolean
}

function readBybitLinear(text: string): PlainTrade[] {
  const trades = new Map<string, PlainTrade>()
  for (const line of text.split('\n')) {
    if (!line.includes('publicTrade') || !line.startsWith('{"t":"recv"')) continue
    const row = JSON.parse(line) as { readonly data: string }
    const { topic, data } = JSON.parse(row.data) as BybitTrades
    if (topic?.startsWith('publicTrade.') !== true) continue
    for (const trade of data) {
      const instrument = `bybit-linear:${spell(trade.s)}`
      const known = trades.has(`${trade.s} ${trade.i}`)
      if (known) continue
      trades.set(`${trade.s} ${trade.i}`, {
        instrument,
        timeMs: trade.T,
        sequence: 0,
        price: parseDecimal(trade.p),
        size: parseDecimal(trade.v),
        bought: trade.S === 'Buy'
      })
    }
  }
  return [...trades.values()]
}

type BybitTrades = {
  readonly topic?: string
  readonly data: readonly {
    readonly s: string
    readonly i: string
    readonly T: number
    readonly p: string
    readonly v: string
    readonly S: string
  }[]
}

/** One line of a LEAN equity archive, cut into its fields. */
export type LeanRows = {
  /** In capitals. */
  readonly symbol: string
  /** 00:00 in New York, from which its times count. */
  readonly midnightMs: number
  readonly rows: readonly (readonly string[])[]
}

/** Reads a LEAN equity archive (`…/<symbol>/<yyyymmdd>_trade.zip`), in the order of the file. */
export function readLeanRows(file: string): LeanRows {
  const [, symbol, date] = /([^/]+)\/(\d{8})_trade\.zip$/.exec(file) ?? []
  if (symbol === undefined || date === undefined)
    throw new Error(`${file}: no symbol and date in it`)
  const lines = unzip(readFileSync(file)).toString().split('\n')
  const rows = lines.filter((line) => line !== '').map((line) => line.trimEnd().split(','))
  return { symbol: symbol.toUpperCase(), midnightMs: newYorkMidnight(date), rows }
}

function readLeanTicks(file: string): PlainTrade[] {
  const { symbol, midnightMs, rows } = readLeanRows(file)
  return rows.map(([offsetMs = '', tenThousandths = '', size = '']) => ({
    instrument: `eodhd:${symbol}`,
    timeMs: midnightMs + Number(offsetMs),
    sequence: 0,
    price: BigInt(tenThousandths) * 10n ** BigInt(decimals - 4),
    size: parseDecimal(size),
    bought: false
  }))
}

function parseDecimal(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.')
  return BigInt(whole + fraction.padEnd(decimals, '0'))
}

/** `BTCUSDT` as we spell it: `BTC-USDT`. */
function spell(symbol: string): string {
  return symbol.replace(/(USDT|USDC)$/, '-$1')
}

const midnights = new Map<string, number>()

/** 00:00 in New York of `yyyymmdd` or `yyyy-mm-dd`; clocks change on Sundays only, after midnight. */
export function newYorkMidnight(date: string): number {
  const known = midnights.get(date)
  if (known !== undefined) return known
  const day = date.replaceAll('-', '')
  const noonMs = Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T17:00:00Z`)
  const zone = new Intl.DateTimeFormat('en-US', {
    timeZone: 'America/New_York',
    hour: 'numeric',
    hourCycle: 'h23'
  })
  const hour = Number(zone.format(noonMs))
  const midnightMs = noonMs - hour * 3_600_000
  midnights.set(date, midnightMs)
  return midnightMs
}

function unzip(archive: Buffer): Buffer {
  const directory = archive.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1'))
  const packedBytes = archive.readUInt32LE(directory + 20)
  const header = archive.readUInt32LE(directory + 42)
  const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28)
  return inflateRawSync(archive.subarray(start, start + packedBytes))
}
