import type { InstrumentId } from '../../core/market/instrument.ts'
import type { SimTrade } from '../market.ts'

/** Fills of one taker order at one price. */
export type AggregateTrade = {
  readonly instrument: InstrumentId
  /** +1 for each of an instrument. */
  readonly id: number
  readonly firstId: number
  /** The next one's `firstId` is one more. */
  readonly lastId: number
  readonly eventMs: number
  readonly priceText: string
  readonly price: number
  readonly size: number
  readonly takerSide: SimTrade['takerSide']
}

type Log = {
  /** Oldest first. */
  readonly kept: AggregateTrade[]
  open: AggregateTrade | null
}

/** Kept of each instrument; dropped in slices of a tenth. */
const mostKept = 3_000

/**
 * Puts trades of the same time, price and side together, as long as they come in one turn. Stream and
 * REST show the same ones.
 */
export class AggregateLog {
  readonly #logs = new Map<InstrumentId, Log>()
  readonly #onClosed: (aggregate: AggregateTrade) => void
  #dirty: Log[] = []

  /** @param onClosed Told of each once no further trade can join it. */
  constructor(onClosed: (aggregate: AggregateTrade) => void) {
    this.#onClosed = onClosed
  }

  add(trade: SimTrade): void {
    const log = this.#log(trade.instrument)
    const { open } = log
    if (open !== null && belongs(trade, open)) {
      log.open = { ...open, lastId: trade.id, size: open.size + trade.size }
      return
    }
    if (open !== null) this.#shut(log, open)
    else this.#sealLater(log)
    log.open = begin(trade, (log.kept.at(-1)?.id ?? Math.floor(trade.id * 0.8)) + 1)
  }

  /** Newest ones, oldest first. */
  newest(instrument: InstrumentId, limit: number): readonly AggregateTrade[] {
    return this.#known(instrument).slice(-limit)
  }

  from(instrument: InstrumentId, fromId: number, limit: number): readonly AggregateTrade[] {
    return this.#known(instrument)
      .filter(({ id }) => id >= fromId)
      .slice(0, limit)
  }

  /** Both ends included. */
  between(
    instrument: InstrumentId,
    span: { readonly fromMs: number; readonly toMs: number; readonly limit: number }
  ): readonly AggregateTrade[] {
    return this.#known(instrument)
      .filter(({ eventMs }) => eventMs >= span.fromMs && Math.floor(eventMs) <= span.toMs)
      .slice(0, span.limit)
  }

  #known(instrument: InstrumentId): readonly AggregateTrade[] {
    return this.#logs.get(instrument)?.kept ?? []
  }

  #log(instrument: InstrumentId): Log {
    const known = this.#logs.get(instrument)
    if (known !== undefined) return known
    const log: Log = { kept: [], open: null }
    this.#logs.set(instrument, log)
    return log
  }

  #sealLater(log: Log): void {
    if (this.#dirty.length === 0) {
      queueMicrotask(() => {
        this.#seal()
      })
    }
    this.#dirty.push(log)
  }

  #seal(): void {
    const dirty = this.#dirty
    this.#dirty = []
    for (const log of dirty) {
      if (log.open !== null) this.#shut(log, log.open)
      log.open = null
    }
  }

  #shut(log: Log, aggregate: AggregateTrade): void {
    log.kept.push(aggregate)
    if (log.kept.length > mostKept * 1.1) log.kept.splice(0, log.kept.length - mostKept)
    this.#onClosed(aggregate)
  }
}

function belongs(trade: SimTrade, open: AggregateTrade): boolean {
  return (
    trade.id === open.lastId + 1 &&
    trade.eventMs === open.eventMs &&
    trade.priceText === open.priceText &&
    trade.takerSide === open.takerSide
  )
}

function begin(trade: SimTrade, id: number): AggregateTrade {
  const { instrument, eventMs, priceText, price, size, takerSide } = trade
  return {
    instrument,
    id,
    firstId: trade.id,
    lastId: trade.id,
    eventMs,
    priceText,
    price,
    size,
    takerSide
  }
}
