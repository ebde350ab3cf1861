import type { Trade } from '../../core/market/event.ts'
import type { TradeIds } from '../../core/market/trade-order.ts'
import type { TradeRow } from '../../recordings/trade-row.ts'

/** What a row is to the store: not in it, in it as it is, or contradicted by it. */
export type Joined = 'new' | 'stored' | { readonly problem: string }

/**
 * Walks along the stored trades of a file's time, as its rows come: what is stored there must be in the
 * file as it is, and what is not is new.
 *
 * Where neither file nor venue names trades, equal ones cannot be told apart: there the stored ones must
 * be the first rows of the file, in order. Bound: the trades of one moment.
 */
export class StoredJoin {
  readonly #tradeIds: TradeIds
  readonly #stored: Iterator<Trade>
  #next: Trade | null
  /** Those of the moment at hand that no row was found for, by id; means nothing where ids order trades. */
  readonly #moment = new Map<string, Trade>()

  /** @param stored Of the file's time, in TradeOrder. */
  constructor(tradeIds: TradeIds, stored: Iterable<Trade>) {
    this.#tradeIds = tradeIds
    this.#stored = stored[Symbol.iterator]()
    this.#next = this.#read()
  }

  take(row: TradeRow): Joined {
    if (row.id === null) return this.#takeUnnamed(row)
    return this.#tradeIds === 'contiguous' ? this.#takeById(row) : this.#takeByTime(row, row.id)
  }

  /** @returns What is stored and was not in the file; null when nothing is. */
  end(): string | null {
    const [left] = this.#moment.values()
    const missing = left ?? this.#next
    return missing === null ? null : absent(missing)
  }

  #takeById(row: TradeRow): Joined {
    const next = this.#next
    if (next === null || Number(next.id) > Number(row.id)) return 'new'
    if (Number(next.id) < Number(row.id)) return { problem: absent(next) }
    this.#next = this.#read()
    return compared(row, next)
  }

  #takeByTime(row: TradeRow, id: string): Joined {
    for (const [, trade] of this.#moment) {
      if (trade.eventMs < row.eventMs) return { problem: absent(trade) }
    }
    while (this.#next !== null && this.#next.eventMs <= row.eventMs) {
      if (this.#next.eventMs < row.eventMs) return { problem: absent(this.#next) }
      this.#moment.set(String(this.#next.id), this.#next)
      this.#next = this.#read()
    }
    const same = this.#moment.get(id)
    if (same === undefined) return 'new'
    this.#moment.delete(id)
    return compared(row, same)
  }

  #takeUnnamed(row: TradeRow): Joined {
    const next = this.#next
    if (next === null) return 'new'
    this.#next = this.#read()
    return compared(row, next)
  }

  #read(): Trade | null {
    const next = this.#stored.next()
    return next.done === true ? null : next.value
  }
}

/** A table without sides says nothing of them. */
function compared(row: TradeRow, stored: Trade): Joined {
  const isEqual =
    row.eventMs === stored.eventMs &&
    row.price === stored.price &&
    row.size === stored.size &&
    (row.side === null || row.side === stored.side)
  return isEqual ? 'stored' : { problem: `differs from the stored trade: ${told(stored)}` }
}

function absent(stored: Trade): string {
  return `a trade is stored there that the file does not hold: ${told(stored)}`
}

function told({ id, eventMs, price, size }: Trade): string {
  return `id ${id}, event_ms ${eventMs}, price ${price}, size ${size}`
}
