import type { InstrumentId } from '../../core/market/instrument.ts'
import type { SimMarket, SimMarketControl, SimTrade, SimVenueId } from '../market.ts'
import type { FaultBoard } from './fault-board.ts'

/** Lets more trades happen after each that happens, where a fault asks for it. */
export class Surge {
  readonly #board: FaultBoard
  readonly #control: SimMarketControl
  readonly #venues: readonly SimVenueId[]
  readonly #owed = new Map<InstrumentId, number>()
  readonly #stopListening: () => void
  #paying: NodeJS.Immediate | null = null
  #isPaying = false

  constructor(of: {
    readonly market: SimMarket
    readonly control: SimMarketControl
    readonly board: FaultBoard
    readonly venues: readonly SimVenueId[]
  }) {
    this.#board = of.board
    this.#control = of.control
    this.#venues = of.venues
    this.#stopListening = of.market.listen({ trade: (trade) => this.#take(trade) })
  }

  close(): void {
    this.#stopListening()
    if (this.#paying !== null) clearImmediate(this.#paying)
    this.#paying = null
  }

  #take({ instrument }: SimTrade): void {
    if (this.#isPaying || this.#board.isIdle) return
    const venue = this.#venues.find((each) => instrument.startsWith(`${each}:`))
    const surge = venue === undefined ? null : this.#board.find('surge', venue, instrument)
    if (surge === null) return
    surge.fault.strike()
    this.#owed.set(instrument, (this.#owed.get(instrument) ?? 0) + surge.effect.factor - 1)
    this.#paying ??= setImmediate(() => this.#pay())
  }

  #pay(): void {
    this.#paying = null
    this.#isPaying = true
    for (const [instrument, trades] of this.#owed) this.#control.burst(instrument, trades)
    this.#owed.clear()
    this.#isPaying = false
  }
}
