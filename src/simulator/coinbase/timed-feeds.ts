import type { InstrumentId } from '../../core/market/instrument.ts'
import { Audience } from '../http/audience.ts'
import type { ChannelFeed } from '../http/channel-feed.ts'
import type { SimConnection } from '../http/sim-connection.ts'
import type { SimInstrument, SimMarket } from '../market.ts'
import type { CoinbaseFrames } from './frames.ts'
import { productIdOf } from './trade-feeds.ts'

type TimedDeps = {
  readonly market: SimMarket
  readonly frames: CoinbaseFrames
  readonly everyMs: number
}

/** `heartbeat`: sequence and newest trade id of each product, once a second. */
export class HeartbeatFeed implements ChannelFeed {
  readonly #audience = new Audience<InstrumentId>()
  readonly #timer: NodeJS.Timeout

  constructor({ market, frames, everyMs }: TimedDeps) {
    this.#timer = setInterval(() => {
      const nowMs = market.nowMs()
      for (const instrument of this.#audience.keys()) {
        const frame = frames.heartbeat(productIdOf(instrument), market.state(instrument), nowMs)
        for (const connection of this.#audience.of(instrument)) connection.send(frame, instrument)
      }
    }, everyMs)
  }

  join(connection: SimConnection, instrument: SimInstrument): void {
    this.#audience.join(instrument.id, connection)
  }

  leave(connection: SimConnection, instrument: SimInstrument): void {
    this.#audience.leave(instrument.id, connection)
  }

  close(): void {
    clearInterval(this.#timer)
  }
}

/** `status`: every product and currency in one frame; it knows no products to choose. */
export class StatusFeed {
  readonly #deps: TimedDeps
  readonly #listeners = new Set<SimConnection>()
  readonly #timer: NodeJS.Timeout

  constructor(deps: TimedDeps) {
    this.#deps = deps
    this.#timer = setInterval(() => {
      if (this.#listeners.size === 0) return
      const frame = deps.frames.status(deps.market)
      for (const connection of this.#listeners) connection.send(frame, null)
    }, deps.everyMs)
  }

  join(connection: SimConnection): void {
    if (this.#listeners.has(connection)) return
    this.#listeners.add(connection)
    connection.send(this.#deps.frames.status(this.#deps.market), null)
  }

  leave(connection: SimConnection): void {
    this.#listeners.delete(connection)
  }

  close(): void {
    clearInterval(this.#timer)
  }
}
