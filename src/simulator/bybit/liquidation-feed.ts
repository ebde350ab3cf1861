import type { InstrumentId } from '../../core/market/instrument.ts'
import { Audience } from '../http/audience.ts'
import type { ChannelFeed } from '../http/channel-feed.ts'
import { Coalescer } from '../http/coalescer.ts'
import type { SimConnection } from '../http/sim-connection.ts'
import type { SimInstrument, SimLiquidation, SimMarket } from '../market.ts'
import { envelope } from './envelope.ts'

export type LiquidationFeedDeps = { readonly market: SimMarket; readonly everyMs: number }

/** `allLiquidation`: every liquidation, batched. `Buy` means that a long position went. */
export class LiquidationFeed implements ChannelFeed {
  readonly #market: SimMarket
  readonly #audience = new Audience<InstrumentId>()
  readonly #symbols = new Map<InstrumentId, string>()
  readonly #waiting = new Map<InstrumentId, SimLiquidation[]>()
  readonly #batch: Coalescer<InstrumentId>

  constructor({ market, everyMs }: LiquidationFeedDeps) {
    this.#market = market
    this.#batch = new Coalescer(everyMs, (instruments) => {
      for (const instrument of instruments) this.#publish(instrument)
    })
  }

  join(connection: SimConnection, instrument: SimInstrument): void {
    this.#audience.join(instrument.id, connection)
    this.#symbols.set(instrument.id, instrument.venueSymbol)
  }

  leave(connection: SimConnection, instrument: SimInstrument): void {
    this.#audience.leave(instrument.id, connection)
    if (!this.#audience.has(instrument.id)) this.#waiting.delete(instrument.id)
  }

  liquidation(liquidation: SimLiquidation): void {
    if (!this.#audience.has(liquidation.instrument)) return
    const waiting = this.#waiting.get(liquidation.instrument)
    if (waiting === undefined) this.#waiting.set(liquidation.instrument, [liquidation])
    else waiting.push(liquidation)
    this.#batch.mark(liquidation.instrument)
  }

  close(): void {
    this.#batch.close()
  }

  #publish(instrument: InstrumentId): void {
    const liquidations = this.#waiting.get(instrument)
    if (liquidations === undefined) return
    this.#waiting.delete(instrument)
    const symbol = this.#symbols.get(instrument) ?? ''
    const rows = liquidations.map((one) => ({
      T: Math.floor(one.eventMs),
      s: symbol,
      S: one.position === 'long' ? 'Buy' : 'Sell',
      v: one.sizeText,
      p: one.priceText
    }))
    const frame = envelope('linear', {
      topic: `allLiquidation.${symbol}`,
      type: 'snapshot',
      ts: Math.floor(this.#market.nowMs()),
      data: JSON.stringify(rows)
    })
    for (const connection of this.#audience.of(instrument)) connection.send(frame, instrument)
  }
}
