import type { Candle } from './candle.ts'
import type { CandleCell } from './candle-cell.ts'
import { candleIn } from './candle-cell.ts'
import type { LedgerState } from './ledger/ledger-state.ts'
import type { RebuildRequest } from './rebuild.ts'
import { compareOrders } from './trade-order.ts'

/** Distinct requests held until taken; beyond it the ones of a kind and series grow into one. */
const rebuildsHeld = 256

/** What is waiting to be taken: plain data, the changes' own until it is cloned. Cells are those of the builders. */
export type CandleChangesStanding = {
  readonly cells: CandleCell[]
  readonly rebuilds: RebuildRequest[]
}

/**
 * What the builders of a run have changed since it was last asked. Bounded by the cells that change
 * between two takes; a cell stands in it once.
 */
export class CandleChanges {
  #cells: CandleCell[] = []
  #rebuilds: RebuildRequest[] = []

  mark(cell: CandleCell): void {
    if (cell.isChanged) return
    cell.isChanged = true
    this.#cells.push(cell)
  }

  /** Asks for a rebuild; touching requests become one. */
  request(request: RebuildRequest): void {
    const isFull = this.#rebuilds.length >= rebuildsHeld
    for (const [at, held] of this.#rebuilds.entries()) {
      const union = unite(held, request, isFull)
      if (union === null) continue
      this.#rebuilds[at] = union
      return
    }
    this.#rebuilds.push(request)
  }

  /** Each changed candle once, as it is now; order means nothing. @param stateOf What the ledger says of it. */
  takeCandles(stateOf: (cell: CandleCell) => LedgerState): Candle[] {
    const cells = this.#cells
    this.#cells = []
    return cells.map((cell) => {
      cell.isChanged = false
      return candleIn(cell, stateOf(cell))
    })
  }

  /** The same of final candles alone; the others stay, to be taken when they are final, or with all. */
  takeFinal(stateOf: (cell: CandleCell) => LedgerState): Candle[] {
    const final: Candle[] = []
    let left = 0
    for (const cell of this.#cells) {
      if (cell.isFinal) {
        cell.isChanged = false
        final.push(candleIn(cell, stateOf(cell)))
      } else {
        this.#cells[left] = cell
        left += 1
      }
    }
    this.#cells.length = left
    return final
  }

  standing(): CandleChangesStanding {
    return { cells: this.#cells, rebuilds: this.#rebuilds }
  }

  takeUp({ cells, rebuilds }: CandleChangesStanding): void {
    this.#cells = cells
    this.#rebuilds = rebuilds
  }

  takeRebuilds(): readonly RebuildRequest[] {
    const rebuilds = this.#rebuilds
    this.#rebuilds = []
    return rebuilds
  }
}

/** One request that covers both, null where they are better kept apart. */
function unite(
  held: RebuildRequest,
  next: RebuildRequest,
  evenApart: boolean
): RebuildRequest | null {
  if (held.instrument !== next.instrument || held.interval !== next.interval) return null
  if (held.kind === 'tick' && next.kind === 'tick') {
    if (held.dayMs !== next.dayMs) return null
    return compareOrders(held.fromOrder, next.fromOrder) <= 0 ? held : next
  }
  if (held.kind !== 'time' || next.kind !== 'time') return null
  if (!evenApart && (next.fromMs > held.toMs || next.toMs < held.fromMs)) return null
  return {
    ...held,
    fromMs: Math.min(held.fromMs, next.fromMs),
    toMs: Math.max(held.toMs, next.toMs)
  }
}
