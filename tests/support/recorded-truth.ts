import type { InstrumentId } from '../../src/core/market/instrument.ts'
import type { SimTrade, SimTruth } from '../../src/simulator/market.ts'

/** Writes down what a simulated venue says that it did. */
export class RecordedTruth implements SimTruth {
  readonly events: string[] = []
  readonly sentTrades: { readonly connection: string; readonly trade: SimTrade }[] = []

  subscribed(connection: string, instrument: InstrumentId): void {
    this.events.push(`subscribed ${connection} ${instrument}`)
  }

  unsubscribed(connection: string, instrument: InstrumentId): void {
    this.events.push(`unsubscribed ${connection} ${instrument}`)
  }

  closed(connection: string): void {
    this.events.push(`closed ${connection}`)
  }

  sent(connection: string, trade: SimTrade): void {
    this.sentTrades.push({ connection, trade })
  }
}
