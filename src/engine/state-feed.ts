import type { Instrument, InstrumentId } from '../core/market/instrument.ts'
import type { Pipeline } from '../core/pipeline/pipeline.ts'
import type { StatePublisher } from '../contracts/state-publisher.ts'
import type { PriceRow } from '../contracts/state-rows.ts'
import type { Freshness } from '../contracts/shapes.ts'
import type { Collector } from './collector/collector.ts'

/** Puts what the pipeline and the collectors know into the tables of the state stream. */
export class StateFeed {
  readonly #publisher: StatePublisher
  readonly #pipeline: Pipeline
  readonly #changedConnections = new Set<Collector>()
  readonly #collectorOf = new Map<InstrumentId, Collector>()

  constructor(publisher: StatePublisher, pipeline: Pipeline) {
    this.#publisher = publisher
    this.#pipeline = pipeline
  }

  /** The collector of an instrument; null when it is not collected. */
  collectorOf(id: InstrumentId): Collector | null {
    return this.#collectorOf.get(id) ?? null
  }

  /** A collector's list changed: its rows follow. */
  instrumentsChanged(collector: Collector, instruments: readonly Instrument[]): void {
    const kept = new Set(instruments.map(({ id }) => id))
    for (const [id, owner] of this.#collectorOf) {
      if (owner !== collector || kept.has(id)) continue
      this.#collectorOf.delete(id)
      this.#publisher.remove('instruments', id)
      this.#publisher.remove('prices', id)
      this.#publisher.remove('sparks', id)
      this.#publisher.remove('ledger', id)
    }
    for (const instrument of instruments) {
      this.#collectorOf.set(instrument.id, collector)
      this.#putInstrument(collector, instrument)
      this.#putPrice(instrument.id)
      this.#putSpark(instrument.id)
      this.#putLedger(instrument.id)
    }
    this.connectionChanged(collector)
  }

  connectionChanged(collector: Collector): void {
    this.#changedConnections.add(collector)
  }

  /** Takes over what changed since the last call; 25 times a second. */
  refreshChanged(): void {
    for (const id of this.#pipeline.takeChangedPrices()) {
      if (this.#collectorOf.has(id)) this.#putPrice(id)
    }
    for (const id of this.#pipeline.takeChangedLedgers()) {
      if (this.#collectorOf.has(id)) this.#putLedger(id)
    }
    for (const collector of this.#changedConnections) this.#putConnections(collector)
    this.#changedConnections.clear()
  }

  /** Once a second: what changes by the passing of time alone. */
  refreshAges(): void {
    for (const [id, collector] of this.#collectorOf) {
      const shown = this.#publisher.find('prices', id)
      const isSame =
        shown !== null &&
        shown.freshness === collector.freshnessOf(id) &&
        shown.tradesPerMinute === this.#pipeline.tradesLastMinute(id)
      if (!isSame) this.#putPrice(id)
    }
    for (const collector of new Set(this.#collectorOf.values())) this.#putConnections(collector)
  }

  /** Once a minute: the small charts. */
  refreshSparks(): void {
    for (const id of this.#collectorOf.keys()) this.#putSpark(id)
  }

  #putInstrument(collector: Collector, instrument: Instrument): void {
    const { id, venue, symbol, base, quote, tickSize, lotSize, calendar } = instrument
    const connection = collector.connectionOf(id)
    this.#publisher.put('instruments', {
      id,
      venue,
      symbol,
      base,
      quote,
      tickSize,
      lotSize,
      calendar,
      connection
    })
  }

  #putConnections(collector: Collector): void {
    const rows = collector.rows()
    const kept = new Set(rows.map(({ id }) => id))
    for (const row of this.#publisher.rows('connections')) {
      if (row.venue === collector.venue.id && !kept.has(row.id)) {
        this.#publisher.remove('connections', row.id)
      }
    }
    for (const row of rows) this.#publisher.put('connections', row)
  }

  #putPrice(id: InstrumentId): void {
    const freshness = this.#collectorOf.get(id)?.freshnessOf(id) ?? 'none'
    this.#publisher.put('prices', priceRow(id, freshness, this.#pipeline))
  }

  #putLedger(id: InstrumentId): void {
    const row = this.#pipeline.ledgerRow(id)
    if (row !== null) this.#publisher.put('ledger', row)
  }

  #putSpark(id: InstrumentId): void {
    const closes = this.#pipeline.spark(id)?.filter((close) => close !== null) ?? []
    this.#publisher.put('sparks', { id, closes })
  }
}

function priceRow(id: InstrumentId, freshness: Freshness, pipeline: Pipeline): PriceRow {
  const state = pipeline.price(id)
  const latest = state?.latest ?? null
  return {
    id,
    price: state?.price ?? null,
    size: latest?.size ?? null,
    side: latest?.side ?? null,
    bid: state?.quote?.bid ?? null,
    ask: state?.quote?.ask ?? null,
    eventMs: latest?.eventMs ?? null,
    receivedMs: latest?.receivedMs ?? null,
    freshness,
    open24h: state?.statistics?.open24h ?? null,
    high24h: state?.statistics?.high24h ?? null,
    low24h: state?.statistics?.low24h ?? null,
    volume24h: state?.statistics?.volume24h ?? null,
    tradesPerMinute: state?.tradesLastMinute ?? 0
  }
}
