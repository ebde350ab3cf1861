import type { InstrumentId } from '../../core/market/instrument.ts'
import { Audience } from '../http/audience.ts'
import type { ChannelFeed } from '../http/channel-feed.ts'
import { Coalescer } from '../http/coalescer.ts'
import type { SimConnection } from '../http/sim-connection.ts'
import type { SimInstrument, SimMarket } from '../market.ts'
import type { HourAgoPrices } from './hour-ago.ts'
import type { TickDirections } from './tick-direction.ts'
import {
  linearSnapshot,
  linearTicker,
  spotTicker,
  tickerDelta,
  type TickerFields
} from './ticker-fields.ts'

export type TickerFeedDeps = {
  readonly market: SimMarket
  readonly directions: TickDirections
  readonly prices: HourAgoPrices
  readonly everyMs: number
}

function dataText(fields: TickerFields): string {
  return JSON.stringify(Object.fromEntries(fields))
}

type Shown = { readonly instrument: SimInstrument; readonly fields: TickerFields }

/** `tickers` of linear contracts: a snapshot, then what changed. */
export class LinearTickerFeed implements ChannelFeed {
  readonly #deps: TickerFeedDeps
  readonly #audience = new Audience<InstrumentId>()
  readonly #shown = new Map<InstrumentId, Shown>()
  readonly #batch: Coalescer<InstrumentId>

  constructor(deps: TickerFeedDeps) {
    this.#deps = deps
    this.#batch = new Coalescer(deps.everyMs, (instruments) => {
      for (const instrument of instruments) this.#publish(instrument)
    })
  }

  /** Who listens already is brought up to date first: from here on all share one base. */
  join(connection: SimConnection, instrument: SimInstrument): void {
    this.#publish(instrument.id)
    if (!this.#audience.join(instrument.id, connection)) return
    const fields = this.#fields(instrument)
    this.#shown.set(instrument.id, { instrument, fields })
    const frame = this.#frame(instrument, 'snapshot', linearSnapshot(fields))
    connection.send(frame, instrument.id)
  }

  leave(connection: SimConnection, instrument: SimInstrument): void {
    this.#audience.leave(instrument.id, connection)
    if (!this.#audience.has(instrument.id)) this.#shown.delete(instrument.id)
  }

  moved(instrument: InstrumentId): void {
    if (this.#audience.has(instrument)) this.#batch.mark(instrument)
  }

  close(): void {
    this.#batch.close()
  }

  #fields(instrument: SimInstrument): TickerFields {
    const { market, directions, prices } = this.#deps
    const direction = directions.of(instrument.id)
    return linearTicker({ market, instrument, direction, prices })
  }

  #publish(id: InstrumentId): void {
    const shown = this.#shown.get(id)
    if (shown === undefined) return
    const { instrument } = shown
    const fields = this.#fields(instrument)
    const delta = tickerDelta(shown.fields, fields)
    if (delta === null) return
    this.#shown.set(id, { instrument, fields })
    const frame = this.#frame(instrument, 'delta', delta)
    for (const connection of this.#audience.of(id)) connection.send(frame, id)
  }

  #frame(instrument: SimInstrument, type: 'snapshot' | 'delta', fields: TickerFields): string {
    const { market } = this.#deps
    const { sequence } = market.state(instrument.id)
    return `{"topic":"tickers.${instrument.venueSymbol}","type":"${type}","data":${dataText(fields)},"cs":${sequence},"ts":${Math.floor(market.nowMs())}}`
  }
}

/** `tickers` of spot: snapshots only, whenever something changed. */
export class SpotTickerFeed implements ChannelFeed {
  readonly #market: SimMarket
  readonly #audience = new Audience<SimInstrument>()
  readonly #shown = new Map<SimInstrument, string>()
  readonly #instruments = new Map<InstrumentId, SimInstrument>()
  readonly #batch: Coalescer<SimInstrument>

  constructor({ market, everyMs }: Pick<TickerFeedDeps, 'market' | 'everyMs'>) {
    this.#market = market
    this.#batch = new Coalescer(everyMs, (instruments) => {
      for (const instrument of instruments) this.#publish(instrument)
    })
  }

  join(connection: SimConnection, instrument: SimInstrument): void {
    if (!this.#audience.join(instrument, connection)) return
    this.#instruments.set(instrument.id, instrument)
    const data = dataText(spotTicker(this.#market, instrument))
    connection.send(this.#frame(instrument, data), instrument.id)
  }

  leave(connection: SimConnection, instrument: SimInstrument): void {
    this.#audience.leave(instrument, connection)
    if (this.#audience.has(instrument)) return
    this.#instruments.delete(instrument.id)
    this.#shown.delete(instrument)
  }

  moved(instrument: InstrumentId): void {
    const known = this.#instruments.get(instrument)
    if (known !== undefined) this.#batch.mark(known)
  }

  close(): void {
    this.#batch.close()
  }

  #publish(instrument: SimInstrument): void {
    const data = dataText(spotTicker(this.#market, instrument))
    if (data === this.#shown.get(instrument)) return
    this.#shown.set(instrument, data)
    const frame = this.#frame(instrument, data)
    for (const connection of this.#audience.of(instrument)) connection.send(frame, instrument.id)
  }

  #frame(instrument: SimInstrument, data: string): string {
    const { sequence } = this.#market.state(instrument.id)
    return `{"topic":"tickers.${instrument.venueSymbol}","ts":${Math.floor(this.#market.nowMs())},"type":"snapshot","cs":${sequence},"data":${data}}`
  }
}
