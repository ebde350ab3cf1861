import type { Instrument, InstrumentId } from '../core/market/instrument.ts'
import { splitInstrumentId } from '../core/market/instrument.ts'
import type { IntervalSpec } from '../core/market/interval.ts'
import type { Pipeline } from '../core/pipeline/pipeline.ts'
import type { Venue } from '../venues/venue.ts'
import type { Clock, Timer } from './collector/clock.ts'
import type { InstrumentCache } from './collector/instrument-cache.ts'
import { parseInstruments } from '../core/market/instrument-list.ts'
import { dayRuleOf } from './storage/day-rule.ts'
import type { StoreReader, StoreWriter } from './storage/store.ts'

const lookMs = 1_000
/** Of all venues together; more are left to the next run. */
const mostGaps = 10_000
/** One list may lack an instrument by mistake: what is missing of it is given up after a day. */
const patienceMs = 86_400_000

export type LeftBehindOptions = {
  readonly venue: Pick<Venue, 'id' | 'tradeIds' | 'graceMs'>
  /** The venue's list, as discovery saved it last. */
  readonly cache: Pick<InstrumentCache, 'load'>
  readonly reader: Pick<StoreReader, 'gaps' | 'seed'>
  readonly writer: Pick<StoreWriter, 'registerInstruments'>
  readonly pipeline: Pipeline
  readonly intervals: readonly IntervalSpec[]
  readonly clock: Clock
}

/**
 * Instruments of one venue that are not collected any more and have gaps that an earlier run left open.
 *
 * While the venue still lists one, it is kept in the run for backfill to settle its gaps, and let go
 * then. Nothing can be asked about one that is not listed: its gaps are lost once they are a day old.
 */
export class LeftBehind {
  readonly #options: LeftBehindOptions
  readonly #kept = new Map<InstrumentId, Instrument>()
  #collected: ReadonlySet<InstrumentId> = new Set()
  #hasLooked = false
  #isClosed = false
  #timer: Timer | null = null

  constructor(options: LeftBehindOptions) {
    this.#options = options
  }

  /** Those whose gaps are being filled. */
  get instruments(): readonly Instrument[] {
    return [...this.#kept.values()]
  }

  /** These are to be collected: they stay in the run from now on. */
  claim(instruments: readonly Instrument[]): void {
    this.#collected = new Set([...this.#collected, ...instruments.map(({ id }) => id)])
    for (const { id } of instruments) this.#kept.delete(id)
  }

  /** Follows what is collected; the first time, it looks what is not. @throws StorageError */
  async follow(collected: readonly Instrument[]): Promise<void> {
    this.#collected = new Set(collected.map(({ id }) => id))
    if (this.#hasLooked || collected.length === 0) return
    this.#hasLooked = true
    await this.#look()
  }

  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
    this.#kept.clear()
  }

  async #look(): Promise<void> {
    const { venue, cache, reader, writer, pipeline, intervals, clock } = this.#options
    const gaps = await reader.gaps({
      instrument: null,
      fromMs: null,
      toMs: null,
      limit: mostGaps,
      isOpen: true
    })
    const ids = new Set(gaps.map(({ instrument }) => instrument).filter((id) => this.#isLeft(id)))
    if (ids.size === 0) return
    const listed = parseInstruments(await cache.load(), venue.id)
    if (listed === null) return
    const found = new Map(listed.map((each) => [each.id, each]))
    const instruments = [...ids].map((id) => found.get(id) ?? unlisted(id))
    const { tradeIds, graceMs } = venue
    await writer.registerInstruments(
      instruments.map((instrument) => ({ instrument, tradeIds, graceMs, session: null }))
    )
    const seeds = await reader.seed(
      [...ids],
      intervals.map(({ interval }) => interval),
      clock.nowMs()
    )
    if (this.#isClosed) return
    const seedOf = new Map(seeds.map(({ instrument, seed }) => [instrument, seed]))
    for (const instrument of instruments) {
      // It may have come to be collected meanwhile.
      if (!this.#isLeft(instrument.id) || pipeline.price(instrument.id) !== null) continue
      const dayOf = dayRuleOf({ calendar: instrument.calendar, session: null })
      const seed = seedOf.get(instrument.id) ?? null
      pipeline.addInstrument(instrument, { tradeIds, graceMs, dayOf, seed })
      if (found.has(instrument.id)) this.#kept.set(instrument.id, instrument)
      else this.#lose(instrument.id)
    }
    this.#letGo()
  }

  #isLeft(id: InstrumentId): boolean {
    return splitInstrumentId(id).venue === this.#options.venue.id && !this.#collected.has(id)
  }

  #lose(id: InstrumentId): void {
    const { pipeline, clock } = this.#options
    const nowMs = clock.nowMs()
    const given = pipeline.openGaps(id).filter(({ toMs }) => nowMs - toMs >= patienceMs)
    for (const key of given) {
      const verdict = { rest: 'lost', reason: 'no longer collected' } as const
      pipeline.settle({ key, ...verdict, reachedFromMs: Infinity }, nowMs)
    }
    pipeline.removeInstrument(id)
  }

  #letGo(): void {
    const { pipeline, clock } = this.#options
    for (const id of this.#kept.keys()) {
      if (pipeline.openGaps(id).length > 0) continue
      this.#kept.delete(id)
      pipeline.removeInstrument(id)
    }
    this.#timer = this.#kept.size === 0 ? null : clock.after(lookMs, () => this.#letGo())
  }
}

/** What is known of an instrument that the venue does not list any more: its name. */
function unlisted(id: InstrumentId): Instrument {
  const { venue, symbol } = splitInstrumentId(id)
  const [base = symbol, quote = symbol] = symbol.split('-')
  const unknown = { tickSize: null, lotSize: null, turnover24h: null, calendar: null } as const
  return { id, venue, symbol, venueSymbol: symbol, base, quote, ...unknown, status: 'delisted' }
}
