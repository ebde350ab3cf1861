import type { InstrumentId } from '../../core/market/instrument.ts'
import { seededRandom } from '../../core/market/random.ts'
import { Audience } from '../http/audience.ts'
import type { SimConnection } from '../http/sim-connection.ts'
import type { SimMarket, SimTrade, SimTruth } from '../market.ts'
import { tradeFrame } from './frames.ts'
import type { EodhdTuning } from './tuning.ts'

/** Bound of the trades held back; beyond it they go out at once. */
const maxHeldBack = 10_000

/** Sends each trade to whoever asked for its symbol, some of them after newer ones. */
export class EodhdTradeFeed {
  readonly #market: SimMarket
  readonly #truth: SimTruth
  readonly #late: EodhdTuning['late']
  readonly #random = seededRandom(1)
  readonly #audience = new Audience<InstrumentId>()
  readonly #heldBack = new Set<NodeJS.Timeout>()

  constructor(of: {
    readonly market: SimMarket
    readonly truth: SimTruth
    readonly late: EodhdTuning['late']
  }) {
    this.#market = of.market
    this.#truth = of.truth
    this.#late = of.late
  }

  /** Unknown symbols are accepted and never heard of again. */
  join(connection: SimConnection, symbol: string): void {
    const instrument = this.#market.find('eodhd', symbol)
    if (instrument === null || !this.#audience.join(instrument.id, connection)) return
    this.#truth.subscribed(connection.id, instrument.id)
  }

  leave(connection: SimConnection, symbol: string): void {
    const instrument = this.#market.find('eodhd', symbol)
    if (instrument === null) return
    this.#audience.leave(instrument.id, connection)
    this.#truth.unsubscribed(connection.id, instrument.id)
  }

  trade(trade: SimTrade): void {
    if (!this.#audience.has(trade.instrument)) return
    const { share, maxMs } = this.#late
    const isLate = this.#random() < share && this.#heldBack.size < maxHeldBack
    if (!isLate) {
      this.#send(trade)
      return
    }
    const timer = setTimeout(() => {
      this.#heldBack.delete(timer)
      this.#send(trade)
    }, this.#random() * maxMs)
    this.#heldBack.add(timer)
  }

  close(): void {
    for (const timer of this.#heldBack) clearTimeout(timer)
    this.#heldBack.clear()
  }

  #send(trade: SimTrade): void {
    const symbol = trade.instrument.slice(trade.instrument.indexOf(':') + 1)
    const frame = tradeFrame(symbol, trade)
    for (const connection of this.#audience.of(trade.instrument)) {
      if (connection.send(frame, trade.instrument)) this.#truth.sent(connection.id, trade)
    }
  }
}
