import type { InstrumentId } from '../core/market/instrument.ts'
import type { SimTrade, SimTruth } from './market.ts'
import { TruthRows, type TruthTrade } from './truth-rows.ts'

/** Sum over some trades of one instrument. */
type TradeTotals = {
  readonly trades: number
  /** Lowest and highest id; null before the first trade. */
  readonly firstId: number | null
  readonly lastId: number | null
  /** Base units. */
  readonly volume: number
  /** Sum of price × size. */
  readonly notional: number
}

/** Ground truth of one instrument. */
export type InstrumentTruth = TradeTotals & {
  /** Connections subscribed now. */
  readonly subscribers: number
  /** Everything that happened since the first subscription, whether a frame carried it or not. */
  readonly emitted: TradeTotals
}

/** One page of the truth's trades. */
export type TruthPage = {
  readonly items: readonly TruthTrade[]
  /** Row at which the next page begins; null at the end. */
  readonly next: number | null
}

type Known = {
  readonly rows: TruthRows
  readonly sent: Totals
  readonly emitted: Totals
  readonly subscribers: Set<string>
}

/**
 * Keeps what the simulator really did, for tests to compare with. A trade counts once per instrument,
 * whatever number of connections carries it.
 */
export class Truth implements SimTruth {
  readonly #known = new Map<InstrumentId, Known>()
  readonly #maxRows: number
  readonly #onSubscribed: (instrument: InstrumentId) => void
  #rows = 0
  #truncated = false

  /**
   * @param maxRows Trades kept one by one over all instruments. Beyond it `truncated` is true: totals go
   *   on, but a trade sent later than a newer one is then not counted.
   * @param onSubscribed Told of every subscription.
   */
  constructor(
    maxRows = 5_000_000,
    onSubscribed: (instrument: InstrumentId) => void = () => undefined
  ) {
    this.#maxRows = maxRows
    this.#onSubscribed = onSubscribed
  }

  /** True once trades were no longer kept one by one. */
  get truncated(): boolean {
    return this.#truncated
  }

  subscribed(connection: string, instrument: InstrumentId): void {
    const known = this.#known.get(instrument) ?? this.#open(instrument)
    known.subscribers.add(connection)
    this.#onSubscribed(instrument)
  }

  unsubscribed(connection: string, instrument: InstrumentId): void {
    this.#known.get(instrument)?.subscribers.delete(connection)
  }

  closed(connection: string): void {
    for (const { subscribers } of this.#known.values()) subscribers.delete(connection)
  }

  /** A trade happened; must be told before any connection sends it. */
  emitted(trade: SimTrade): void {
    const known = this.#known.get(trade.instrument)
    if (known === undefined) return
    known.emitted.add(trade)
    this.#keep(known, trade)
  }

  sent(...[, trade]: readonly [connection: string, trade: SimTrade]): void {
    const known = this.#known.get(trade.instrument) ?? this.#open(trade.instrument)
    const isNew = known.rows.markSent(trade.id) ?? this.#isNewUnkept(known, trade)
    if (isNew) known.sent.add(trade)
  }

  /** Every instrument that was ever subscribed, in order of its first subscription. */
  instruments(): Record<InstrumentId, InstrumentTruth> {
    const all: Record<InstrumentId, InstrumentTruth> = {}
    for (const [instrument, { sent, emitted, subscribers }] of this.#known) {
      all[instrument] = {
        subscribers: subscribers.size,
        ...sent.read(),
        emitted: emitted.read()
      }
    }
    return all
  }

  /** Whether a frame carried this trade. */
  wasSent(instrument: InstrumentId, id: number): boolean {
    return this.#known.get(instrument)?.rows.wasSent(id) === true
  }

  isSubscribed(instrument: InstrumentId): boolean {
    return (this.#known.get(instrument)?.subscribers.size ?? 0) > 0
  }

  /**
   * Pages through the trades of an instrument, oldest first; null when it was never subscribed.
   *
   * @param of.fromRow Where the page begins; 0, or `next` of the page before.
   * @param of.unsent Whether trades that no frame carried are listed too.
   */
  page(
    instrument: InstrumentId,
    of: { readonly fromRow: number; readonly limit: number; readonly unsent: boolean }
  ): TruthPage | null {
    const rows = this.#known.get(instrument)?.rows
    if (rows === undefined) return null
    const items: TruthTrade[] = []
    let row = of.fromRow
    for (; row < rows.length && items.length < of.limit; row += 1) {
      if (of.unsent || rows.isSent(row)) items.push(rows.at(row))
    }
    return { items, next: row < rows.length ? row : null }
  }

  #open(instrument: InstrumentId): Known {
    const known = {
      rows: new TruthRows(instrument),
      sent: new Totals(),
      emitted: new Totals(),
      subscribers: new Set<string>()
    }
    this.#known.set(instrument, known)
    return known
  }

  #keep(known: Known, trade: SimTrade): boolean {
    if (this.#rows >= this.#maxRows) {
      this.#truncated = true
      return false
    }
    this.#rows += 1
    known.rows.push(trade, known.subscribers.size > 0)
    return true
  }

  /** A trade without a row: it came when no more rows were kept, or before the first subscription. */
  #isNewUnkept(known: Known, trade: SimTrade): boolean {
    if (this.#truncated) return trade.id > (known.sent.read().lastId ?? -Infinity)
    if (this.#keep(known, trade)) known.rows.markSent(trade.id)
    return true
  }
}

class Totals {
  #trades = 0
  #firstId = Infinity
  #lastId = -Infinity
  #volume = 0
  #notional = 0

  add({ id, price, size }: SimTrade): void {
    this.#trades += 1
    if (id < this.#firstId) this.#firstId = id
    if (id > this.#lastId) this.#lastId = id
    this.#volume += size
    this.#notional += price * size
  }

  read(): TradeTotals {
    const none = this.#trades === 0
    return {
      trades: this.#trades,
      firstId: none ? null : this.#firstId,
      lastId: none ? null : this.#lastId,
      volume: this.#volume,
      notional: this.#notional
    }
  }
}
