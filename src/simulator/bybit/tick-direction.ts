import type { InstrumentId } from '../../core/market/instrument.ts'
import type { SimTrade } from '../market.ts'

export type TickDirection = 'PlusTick' | 'ZeroPlusTick' | 'MinusTick' | 'ZeroMinusTick'

type LastTick = { readonly price: number; readonly direction: TickDirection }

function next(before: LastTick | undefined, price: number): TickDirection {
  if (before === undefined || price > before.price) return 'PlusTick'
  if (price < before.price) return 'MinusTick'
  return before.direction.endsWith('PlusTick') ? 'ZeroPlusTick' : 'ZeroMinusTick'
}

/** Whether each trade went up or down from the one before it, or how it came to stay. */
export class TickDirections {
  readonly #last = new Map<InstrumentId, LastTick>()

  /** Takes the next trade of its instrument. */
  apply(trade: SimTrade): TickDirection {
    const direction = next(this.#last.get(trade.instrument), trade.price)
    this.#last.set(trade.instrument, { price: trade.price, direction })
    return direction
  }

  of(instrument: InstrumentId): TickDirection {
    return this.#last.get(instrument)?.direction ?? 'ZeroPlusTick'
  }
}
