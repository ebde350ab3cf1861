import type { Instrument, InstrumentId } from '../core/market/instrument.ts'
import type { Coverage } from '../core/market/ledger/coverage.ts'
import { tileLedger } from '../core/market/ledger/tile-ledger.ts'
import type { Pipeline } from '../core/pipeline/pipeline.ts'
import type { Query, QueryResult } from '../contracts/state-stream.ts'
import type { MarketClocks } from './market-clocks.ts'
import type { StoreReader } from './storage/store.ts'

export type LedgerDeskQuery = Extract<Query, { name: 'ledger' | 'gaps' }>

type Parts = {
  readonly pipeline: Pick<Pipeline, 'coverage' | 'runNowMs'>
  readonly reader: Pick<StoreReader, 'ledger' | 'gaps'>
  readonly markets: Pick<MarketClocks, 'closedBetween'>
  /** A collected instrument; null when it is not collected. */
  readonly find: (id: InstrumentId) => Instrument | null
}

/** Answers what the truth ledger says, from the store and, for the newest stretch, from memory. */
export class LedgerDesk {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** To be asked when what was received is committed. An instrument that is no longer collected ends at its last coverage. */
  async answer(query: LedgerDeskQuery): Promise<QueryResult> {
    const { reader } = this.#parts
    if (query.name === 'gaps') return { name: 'gaps', gaps: await reader.gaps(query) }
    const { pipeline, markets, find } = this.#parts
    const id = query.instrument as InstrumentId
    const stored = await reader.ledger(query)
    const instrument = find(id)
    const coverage = withNewest(stored.coverage, pipeline.coverage(id))
    const nowMs = pipeline.runNowMs()
    const fromMs = query.fromMs ?? Math.min(nowMs, ...coverage.map((stretch) => stretch.fromMs))
    const toMs = query.toMs ?? Math.max(nowMs, ...coverage.map((stretch) => stretch.toMs))
    const ranges = tileLedger({
      coverage,
      gaps: stored.gaps,
      closed: instrument === null ? [] : markets.closedBetween(instrument, { fromMs, toMs }),
      collectedUntilMs: instrument === null ? null : nowMs,
      fromMs,
      toMs
    })
    return { name: 'ledger', ranges: ranges.slice(-query.limit) }
  }
}

/** Memory knows the newest stretch further than the store, which is told of its growth now and then. */
function withNewest(stored: readonly Coverage[], newest: Coverage | null): readonly Coverage[] {
  if (newest === null) return stored
  return [...stored.filter(({ fromMs }) => fromMs !== newest.fromMs), newest]
}
