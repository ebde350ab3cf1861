import { Audience } from '../http/audience.ts'
import type { ChannelFeed } from '../http/channel-feed.ts'
import type { SimConnection } from '../http/sim-connection.ts'
import type { SimInstrument, SimMarket } from '../market.ts'
import type { BybitCategory } from './category.ts'
import { trimmedText } from './decimal-text.ts'
import { openOf, shiftOpen, type KlineInterval } from './kline-interval.ts'
import { klineRows, type KlineRow } from './kline-rows.ts'

export type KlineFeedDeps = {
  readonly market: SimMarket
  readonly category: BybitCategory
  readonly interval: KlineInterval
  readonly everyMs: number
}

type Shown = { readonly openMs: number; readonly text: string; readonly sentMs: number }

/** An unchanged candle goes out again after this long. */
const repeatMs = 60_000

/** `kline.{interval}`: the running candle; at its end once more with `confirm`, beside its successor. */
export class KlineFeed implements ChannelFeed {
  readonly #deps: KlineFeedDeps
  readonly #audience = new Audience<SimInstrument>()
  readonly #shown = new Map<SimInstrument, Shown>()
  #timer: NodeJS.Timeout | null = null

  constructor(deps: KlineFeedDeps) {
    this.#deps = deps
  }

  join(connection: SimConnection, instrument: SimInstrument): void {
    this.#audience.join(instrument, connection)
    const shown = this.#shown.get(instrument)
    if (shown !== undefined) this.#shown.set(instrument, { ...shown, text: '' })
    this.#timer ??= setInterval(() => {
      for (const listened of this.#audience.keys()) this.#publish(listened)
    }, this.#deps.everyMs)
  }

  leave(connection: SimConnection, instrument: SimInstrument): void {
    this.#audience.leave(instrument, connection)
    if (!this.#audience.has(instrument)) this.#shown.delete(instrument)
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  #publish(instrument: SimInstrument): void {
    const { market, category, interval } = this.#deps
    const nowMs = Math.floor(market.nowMs())
    const lastMs = openOf(interval, nowMs)
    const shown = this.#shown.get(instrument)
    const rows = klineRows(market, instrument, {
      interval,
      fromMs: shown?.openMs ?? lastMs,
      lastMs
    })
    const text = JSON.stringify(rows)
    if (shown?.text === text && nowMs - shown.sentMs < repeatMs) return
    const running = JSON.stringify(rows.slice(-1))
    this.#shown.set(instrument, { openMs: lastMs, text: running, sentMs: nowMs })

    const data = rows.map((row) => this.#row(instrument, row, nowMs)).join(',')
    const topic = `"topic":"kline.${interval}.${instrument.venueSymbol}"`
    const body = `${topic},"data":[${data}],"ts":${nowMs}`
    const frame =
      category === 'spot' ? `{"type":"snapshot",${body}}` : `{${body},"type":"snapshot"}`
    for (const connection of this.#audience.of(instrument)) connection.send(frame, instrument.id)
  }

  #row(instrument: SimInstrument, row: KlineRow, nowMs: number): string {
    const { interval } = this.#deps
    const endMs = shiftOpen(interval, row.openMs, 1)
    const { priceDigits, sizeDigits } = instrument
    return JSON.stringify({
      start: row.openMs,
      end: endMs - 1,
      interval,
      open: trimmedText(row.open, priceDigits),
      close: trimmedText(row.close, priceDigits),
      high: trimmedText(row.high, priceDigits),
      low: trimmedText(row.low, priceDigits),
      volume: trimmedText(row.volume, sizeDigits),
      turnover: trimmedText(row.turnover, 8),
      confirm: endMs <= nowMs,
      timestamp: nowMs
    })
  }
}
