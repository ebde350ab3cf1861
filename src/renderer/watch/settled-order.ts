import type { InstrumentRow, PriceRow } from '../../contracts/state-rows.ts'
import type { Sort } from '../desk/desk-choices.ts'
import { filterInstruments, hasSortValue, orderInstruments } from './watch-order.ts'

/** Shortest time between two re-sorts by new prices. */
const settleEveryMs = 2_000

/** What the list shows, before prices order it. */
export type WatchPlan = {
  readonly instruments: readonly InstrumentRow[]
  readonly filter: string
  readonly sort: Sort
}

/**
 * The order of the watchlist. What the user changes takes effect at once; what prices change waits
 * for its turn, and for as long as the list is held under a pointer or a focus: rows never jump
 * under a click. An order made while most of what it goes by was unknown, as just after a start,
 * is no order: the next turn makes it, held or not.
 */
export class SettledOrder {
  readonly #findPrice: (id: string) => PriceRow | undefined
  readonly #listeners = new Set<() => void>()
  #plan: WatchPlan | null = null
  #rows: readonly InstrumentRow[] = []
  #isHeld = false
  #isProvisional = false
  #settledMs = Number.NEGATIVE_INFINITY

  constructor(findPrice: (id: string) => PriceRow | undefined) {
    this.#findPrice = findPrice
  }

  get rows(): readonly InstrumentRow[] {
    return this.#rows
  }

  get isHeld(): boolean {
    return this.#isHeld
  }

  /** Takes a new plan and orders by it now. */
  configure(plan: WatchPlan): void {
    this.#plan = plan
    this.#sort()
  }

  hold(isHeld: boolean): void {
    if (isHeld === this.#isHeld) return
    this.#isHeld = isHeld
    this.#notify()
  }

  /** Orders by the prices of now, unless held or too soon. */
  settle(nowMs: number): void {
    if ((this.#isHeld && !this.#isProvisional) || nowMs - this.#settledMs < settleEveryMs) return
    this.#settledMs = nowMs
    this.#sort()
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #sort(): void {
    if (this.#plan === null) return
    const { instruments, filter, sort } = this.#plan
    const rows = orderInstruments(filterInstruments(instruments, filter), this.#findPrice, sort)
    const known = rows.filter(({ id }) => hasSortValue(this.#findPrice(id), sort.key))
    this.#isProvisional = known.length < rows.length / 2
    const isSame =
      rows.length === this.#rows.length && rows.every((row, index) => row === this.#rows[index])
    if (isSame) return
    this.#rows = rows
    this.#notify()
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}
