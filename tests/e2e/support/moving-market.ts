import type { Candle } from '../../../src/core/market/candle.ts'
import type { InstrumentId } from '../../../src/core/market/instrument.ts'
import { parseInterval } from '../../../src/core/market/interval.ts'
import { seededRandom } from '../../../src/core/market/random.ts'
import type { Freshness } from '../../../src/contracts/shapes.ts'
import type { InstrumentRow, PriceRow } from '../../../src/contracts/state-rows.ts'
import type { CandleQuery } from '../../../src/contracts/state-stream.ts'
import { aCandle } from '../../support/candles.ts'
import { aPriceRow, anInstrumentRow } from '../../support/rows.ts'

const majors = [
  ['BTC', 64_321.31, 0.01],
  ['ETH', 3_412.08, 0.01],
  ['SOL', 172.14, 0.01],
  ['XRP', 0.5312, 0.0001],
  ['DOGE', 0.12345, 0.00001],
  ['ADA', 0.4478, 0.0001],
  ['AVAX', 34.62, 0.01],
  ['LINK', 14.227, 0.001],
  ['SHIB', 0.00001742, 1e-8],
  ['PEPE', 0.00000931, 1e-8],
  ['LTC', 84.11, 0.01],
  ['XYO', 0.006214, 1e-6]
] as const

type Pair = { instrument: InstrumentRow; price: PriceRow; weight: number; freshness: Freshness }

/** A made-up market for looking at screens: repeatable, in motion, with every freshness state in it. */
export class MovingMarket {
  readonly pairs: readonly Pair[]
  readonly #random = seededRandom(7)
  readonly #live = new Map<string, Candle>()

  constructor(count: number, nowMs: number) {
    this.pairs = [...Array(count).keys()].map((index) => this.#pair(index, nowMs))
  }

  find(instrument: string): Pair | undefined {
    return this.pairs.find((pair) => pair.instrument.id === instrument)
  }

  /** Trades one pair, the busy ones more often. */
  trade(nowMs: number): Pair {
    const index = Math.floor(this.pairs.length * this.#random() ** 3)
    const pair = this.pairs[index] ?? this.pairs[0]
    if (pair === undefined) throw new Error('an empty market does not trade')
    if (pair.freshness !== 'live') return pair
    const { price } = pair
    const tick = pair.instrument.tickSize ?? 0.01
    const before = price.price ?? 1
    const step = Math.round(((this.#random() - 0.5) * before * 0.00003) / tick) * tick
    const last = Math.max(tick, Math.round((before + step) / tick) * tick)
    pair.price = {
      ...price,
      price: last,
      size: this.#random(),
      bid: last - tick,
      ask: last + tick,
      eventMs: nowMs,
      receivedMs: nowMs + 30,
      high24h: Math.max(price.high24h ?? last, last),
      low24h: Math.min(price.low24h ?? last, last)
    }
    return pair
  }

  /** The candle of now, moved by the latest trade. */
  candleNow(pair: Pair, interval: string, nowMs: number): Candle {
    const spec = parseInterval(interval)
    const last = pair.price.price ?? 1
    const key = `${pair.instrument.id}|${interval}`
    const held = this.#live.get(key)
    const isTime = spec?.kind === 'time'
    const openMs = isTime
      ? Math.floor(nowMs / spec.lengthMs) * spec.lengthMs
      : (held?.openMs ?? nowMs)
    const isFull = !isTime && (held?.trades ?? 0) >= 100
    const same = held !== undefined && !isFull && (!isTime || held.openMs === openMs)
    const size = this.#random() * 0.4
    const candle: Candle = same
      ? {
          ...held,
          high: Math.max(held.high, last),
          low: Math.min(held.low, last),
          close: last,
          volume: held.volume + size,
          buyVolume: held.buyVolume + (this.#random() < 0.5 ? size : 0),
          trades: held.trades + 1
        }
      : aCandle({
          instrument: pair.instrument.id,
          interval,
          openMs: isTime ? openMs : nowMs,
          closeMs: isTime ? openMs + spec.lengthMs : nowMs,
          dayMs: isTime ? 0 : 86_400_000,
          index: isTime ? 0 : (held?.index ?? 5_000) + 1,
          open: held?.close ?? last,
          high: Math.max(held?.close ?? last, last),
          low: Math.min(held?.close ?? last, last),
          close: last,
          volume: size,
          buyVolume: size / 2,
          trades: 1
        })
    this.#live.set(key, candle)
    return candle
  }

  /** A made-up past that ends at the price of now; slots are missing where a quiet pair slept. */
  history(query: CandleQuery, nowMs: number): readonly Candle[] {
    const pair = this.find(query.instrument)
    const spec = parseInterval(query.interval)
    if (pair === undefined || spec === null) return []
    const random = seededRandom(pair.instrument.id.length * 31 + query.interval.length)
    const lengthMs = spec.kind === 'time' ? spec.lengthMs : 4_700
    const endMs = Math.min(query.toMs ?? nowMs, nowMs)
    const candles: Candle[] = []
    let close = pair.price.price ?? 1
    const drift = 0.0006 * Math.sqrt(lengthMs / 60_000)
    const sleeps = spec.kind === 'tick' ? 0 : pair.weight > 0.5 ? 0.004 : 0.6
    for (let back = 0; candles.length < Math.min(query.limit, 3_000); back += 1) {
      const openMs = Math.floor(endMs / lengthMs) * lengthMs - back * lengthMs
      if (back > 0 && random() < sleeps) continue
      if (openMs < nowMs - 3_000 * lengthMs) break
      const open = close * (1 + (random() - 0.5) * drift * 2)
      const volume = 2 + random() ** 4 * 60
      candles.push(
        aCandle({
          instrument: pair.instrument.id,
          interval: query.interval,
          openMs,
          closeMs: openMs + lengthMs,
          dayMs: spec.kind === 'tick' ? 86_400_000 : 0,
          index: spec.kind === 'tick' ? 5_000 - Math.round((nowMs - openMs) / lengthMs) : 0,
          open,
          high: Math.max(open, close) * (1 + random() * drift * 0.6),
          low: Math.min(open, close) * (1 - random() * drift * 0.6),
          close,
          volume,
          buyVolume: volume * (0.3 + random() * 0.4),
          trades: Math.round(volume * 6),
          final: back > 0
        })
      )
      close = open
    }
    return candles.reverse()
  }

  #pair(index: number, nowMs: number): Pair {
    const major = majors[index]
    const base = major?.[0] ?? `C${String(index).padStart(3, '0')}`
    const tickSize = major?.[2] ?? [0.01, 0.0001, 0.000001, 0.001][index % 4] ?? 0.01
    const last = major?.[1] ?? Math.round((this.#random() * 90 + 1) / tickSize) * tickSize
    const id: InstrumentId = `coinbase:${base}-USD`
    const freshness: Freshness =
      index > 10 && index % 23 === 0
        ? 'stale'
        : index % 17 === 11
          ? 'quiet'
          : index % 61 === 60
            ? 'none'
            : 'live'
    const weight = 1 / (1 + index / 10)
    const price = aPriceRow({
      id,
      freshness,
      price: freshness === 'none' ? null : last,
      bid: freshness === 'none' ? null : last - tickSize,
      ask: freshness === 'none' ? null : last + tickSize,
      eventMs:
        freshness === 'none' ? null : nowMs - (freshness === 'live' ? 800 : 34_000 + index * 100),
      open24h: freshness === 'none' ? null : last * (0.96 + this.#random() * 0.08),
      high24h: last * (1.01 + this.#random() * 0.03),
      low24h: last * (0.99 - this.#random() * 0.03),
      volume24h: (3e9 * weight ** 2 * (0.5 + this.#random())) / last,
      tradesPerMinute: Math.round(400 * weight ** 2)
    })
    const instrument = anInstrumentRow({
      id,
      symbol: `${base}-USD`,
      base,
      tickSize,
      connection: `cb-${String(Math.floor(index / 15) + 1).padStart(2, '0')}`
    })
    return { instrument, price, weight, freshness }
  }
}
