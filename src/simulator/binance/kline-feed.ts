import type { SimInstrument } from '../market.ts'
import { openOf, shiftOpen, type KlineInterval } from './kline-interval.ts'
import { klineRows, type KlineRow, type KlineSource } from './kline-rows.ts'
import { klineEvent } from './kline-text.ts'
import { StreamChannel, type StreamFeed, type StreamListener } from './stream-channel.ts'

export type KlineFeedDeps = KlineSource & {
  /** What stands behind the symbol: `kline_1m`, `kline_1d@+08:00`. */
  readonly kind: string
  readonly interval: KlineInterval
  readonly everyMs: number
}

type Shown = { readonly openMs: number; readonly text: string }

/** After a long pause only so many closed candles are told. */
const mostAtOnce = 100

/** `<s>@kline_<i>`: the running candle when it changed, and each once more when it is closed. */
export class KlineFeed implements StreamFeed {
  readonly #deps: KlineFeedDeps
  readonly #channel: StreamChannel
  readonly #shown = new Map<SimInstrument, Shown>()
  #timer: NodeJS.Timeout | null = null

  constructor(deps: KlineFeedDeps) {
    this.#deps = deps
    this.#channel = new StreamChannel(deps.kind)
  }

  join(listener: StreamListener, instrument: SimInstrument): void {
    this.#channel.join(listener, instrument)
    const openMs = openOf(this.#deps.interval, this.#deps.market.nowMs())
    if (!this.#shown.has(instrument)) this.#shown.set(instrument, { openMs, text: '' })
    this.#timer ??= setInterval(() => {
      for (const listened of this.#channel.instruments()) this.#publish(listened)
    }, this.#deps.everyMs)
  }

  leave(listener: StreamListener, instrument: SimInstrument): void {
    this.#channel.leave(listener, instrument)
    if (this.#channel.find(instrument.id) === null) this.#shown.delete(instrument)
    if (this.#shown.size === 0) this.close()
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  #publish(instrument: SimInstrument): void {
    const { market, interval } = this.#deps
    const nowMs = market.nowMs()
    const lastMs = openOf(interval, nowMs)
    const shown = this.#shown.get(instrument) ?? { openMs: lastMs, text: '' }
    const fromMs = Math.max(shown.openMs, shiftOpen(interval, lastMs, -mostAtOnce))
    const rows = klineRows(this.#deps, instrument, { interval, fromMs, lastMs })
    for (const row of rows) {
      const isClosed = row.endMs <= nowMs
      const text = JSON.stringify(row)
      if (!isClosed && (row.trades === 0 || text === shown.text)) continue
      this.#send(instrument, row, nowMs)
      this.#shown.set(instrument, { openMs: isClosed ? row.endMs : row.openMs, text })
    }
  }

  #send(instrument: SimInstrument, row: KlineRow, nowMs: number): void {
    const { interval } = this.#deps
    this.#channel.publish(instrument, (unit) =>
      klineEvent(row, { instrument, interval, nowMs, unit })
    )
  }
}
