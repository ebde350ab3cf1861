import type { InstrumentId } from '../../core/market/instrument.ts'
import { Coalescer } from '../http/coalescer.ts'
import type { SimInstrument, SimMarket } from '../market.ts'
import { dayFigures, type DayFigures } from './day-figures.ts'
import { StreamChannel, type StreamFeed, type StreamListener } from './stream-channel.ts'
import { stamp, type TimeUnit } from './time-unit.ts'

/** Payload of one kind of ticker. */
export type TickerForm = (figures: DayFigures, nowMs: number, unit: TimeUnit) => string

export const miniTicker: TickerForm = (figures, nowMs, unit) =>
  JSON.stringify({
    e: '24hrMiniTicker',
    E: stamp(nowMs, unit),
    s: figures.symbol,
    c: figures.last,
    o: figures.open,
    h: figures.high,
    l: figures.low,
    v: figures.volume,
    q: figures.quoteVolume
  })

export const fullTicker: TickerForm = (figures, nowMs, unit) =>
  JSON.stringify({
    e: '24hrTicker',
    E: stamp(nowMs, unit),
    s: figures.symbol,
    p: figures.change,
    P: figures.changePercent,
    w: figures.weightedAverage,
    x: figures.open,
    c: figures.last,
    Q: figures.lastSize,
    b: figures.bid,
    B: figures.bidSize,
    a: figures.ask,
    A: figures.askSize,
    o: figures.open,
    h: figures.high,
    l: figures.low,
    v: figures.volume,
    q: figures.quoteVolume,
    O: stamp(figures.openMs, unit),
    C: stamp(figures.closeMs, unit),
    F: figures.firstId,
    L: figures.lastId,
    n: figures.trades
  })

/** `<s>@miniTicker` and `<s>@ticker`: 24 hours, each second in which something moved. */
export class TickerFeed implements StreamFeed {
  readonly #market: SimMarket
  readonly #form: TickerForm
  readonly #channel: StreamChannel
  readonly #batch: Coalescer<InstrumentId>

  constructor(of: {
    readonly market: SimMarket
    readonly kind: string
    readonly form: TickerForm
    readonly everyMs: number
  }) {
    this.#market = of.market
    this.#form = of.form
    this.#channel = new StreamChannel(of.kind)
    this.#batch = new Coalescer(of.everyMs, (ids) => {
      for (const id of ids) this.#publish(this.#channel.find(id))
    })
  }

  join(listener: StreamListener, instrument: SimInstrument): void {
    this.#channel.join(listener, instrument)
  }

  leave(listener: StreamListener, instrument: SimInstrument): void {
    this.#channel.leave(listener, instrument)
  }

  moved(instrument: InstrumentId): void {
    if (this.#channel.find(instrument) !== null) this.#batch.mark(instrument)
  }

  close(): void {
    this.#batch.close()
  }

  #publish(instrument: SimInstrument | null): void {
    if (instrument === null) return
    const figures = dayFigures(this.#market, instrument)
    const nowMs = this.#market.nowMs()
    this.#channel.publish(instrument, (unit) => this.#form(figures, nowMs, unit))
  }
}
