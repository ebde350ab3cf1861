import type { InstrumentId } from '../../core/market/instrument.ts'
import { levelChanges } from '../book/level-changes.ts'
import { Audience } from '../http/audience.ts'
import type { ChannelFeed } from '../http/channel-feed.ts'
import { Coalescer } from '../http/coalescer.ts'
import type { SimConnection } from '../http/sim-connection.ts'
import type { SimInstrument, SimLevel, SimMarket } from '../market.ts'
import type { CoinbaseFrames } from './frames.ts'
import { productIdOf } from './trade-feeds.ts'

type BookFeedDeps = {
  readonly market: SimMarket
  readonly frames: CoinbaseFrames
  readonly everyMs: number
}
type Sides = { readonly bids: readonly SimLevel[]; readonly asks: readonly SimLevel[] }

/** `level2_batch`: the whole book once, then what changed, batched. */
export class CoinbaseBookFeed implements ChannelFeed {
  readonly #deps: BookFeedDeps
  readonly #audience = new Audience<InstrumentId>()
  readonly #shown = new Map<InstrumentId, Sides>()
  readonly #batch: Coalescer<InstrumentId>

  constructor(deps: BookFeedDeps) {
    this.#deps = deps
    this.#batch = new Coalescer(deps.everyMs, (instruments) => {
      for (const instrument of instruments) this.#publish(instrument)
    })
  }

  /** Who listens already is brought up to date first: from here on all share one base. */
  join(connection: SimConnection, instrument: SimInstrument): void {
    if (this.#audience.of(instrument.id).has(connection)) return
    this.#publish(instrument.id)
    this.#audience.join(instrument.id, connection)
    const { bids, asks } = this.#deps.market.state(instrument.id)
    this.#shown.set(instrument.id, { bids, asks })
    const frame = this.#deps.frames.snapshot(instrument.venueSymbol, bids, asks)
    connection.send(frame, instrument.id)
  }

  leave(connection: SimConnection, instrument: SimInstrument): void {
    this.#audience.leave(instrument.id, connection)
    if (!this.#audience.has(instrument.id)) this.#shown.delete(instrument.id)
  }

  /** The book may have moved. */
  moved(instrument: InstrumentId): void {
    if (this.#audience.has(instrument)) this.#batch.mark(instrument)
  }

  close(): void {
    this.#batch.close()
  }

  #publish(instrument: InstrumentId): void {
    const before = this.#shown.get(instrument)
    if (before === undefined) return
    const { market, frames } = this.#deps
    const { bids, asks } = market.state(instrument)
    this.#shown.set(instrument, { bids, asks })
    const changes = [
      ...levelChanges(before.bids, bids).map(([price, size]) => ['buy', price, size] as const),
      ...levelChanges(before.asks, asks).map(([price, size]) => ['sell', price, size] as const)
    ]
    if (changes.length === 0) return
    const frame = frames.l2update(productIdOf(instrument), changes, market.nowMs())
    for (const connection of this.#audience.of(instrument)) connection.send(frame, instrument)
  }
}
