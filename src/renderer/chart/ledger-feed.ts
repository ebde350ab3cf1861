import type { LedgerRange } from '../../core/market/ledger/ledger-range.ts'
import type { LedgerRow } from '../../contracts/state-rows.ts'
import type { Query, QueryResult } from '../../contracts/state-stream.ts'
import type { WallClock } from '../stream/run-clock.ts'

/** Most tiles of one chart; older ones are shown as not known. */
export const mostRanges = 5_000
/** Time between two questions, so that a storm of gaps or of scrolling asks a few times a second at most. */
export const askSpacingMs = 300
/** Age after which the newest end is asked for again: what was not sealed then may be now. */
export const tailAgeMs = 10_000
const retryMs = 5_000

/** The part of the stream client that a ledger feed needs. */
export interface LedgerSource {
  query(query: Query): Promise<QueryResult>
  onSnapshot(listener: () => void): () => void
  readonly ledger: {
    find(id: string): LedgerRow | undefined
    subscribeRow(id: string, listener: () => void): () => void
  }
}

/** A stretch of time to know about; `toMs` null: up to now and on. */
export type LedgerStretch = { readonly fromMs: number; readonly toMs: number | null }

/** What the ledger says of the stretch that one chart holds, asked again whenever a gap changes. */
export class LedgerFeed {
  readonly #source: LedgerSource
  readonly #instrument: string
  readonly #clock: WallClock
  readonly #onChange: () => void
  readonly #stops: readonly (() => void)[]
  #ranges: readonly LedgerRange[] = []
  #wanted: LedgerStretch | null = null
  #held: LedgerStretch | null = null
  #revision: number | null = null
  #isOutdated = true
  #isAsking = false
  #nextAskMs = Number.NEGATIVE_INFINITY
  #answeredMs = Number.NEGATIVE_INFINITY
  #closed = false

  constructor(
    source: LedgerSource,
    instrument: string,
    clock: WallClock,
    /** Called when `ranges` are new. */
    onChange: () => void
  ) {
    this.#source = source
    this.#instrument = instrument
    this.#clock = clock
    this.#onChange = onChange
    this.#stops = [
      source.onSnapshot(() => this.#outdate()),
      source.ledger.subscribeRow(instrument, () => {
        if (source.ledger.find(instrument)?.revision !== this.#revision) this.#outdate()
      })
    ]
  }

  /** Tiles of the stretch, oldest first; empty until the first answer. */
  get ranges(): readonly LedgerRange[] {
    return this.#ranges
  }

  /** Tells which stretch is on the chart now. */
  look(stretch: LedgerStretch): void {
    this.#wanted = stretch
    this.beat()
  }

  /** Asks when something is to be asked and it is time to. Call at least once a second. */
  beat(): void {
    const nowMs = this.#clock()
    if (this.#wanted === null || this.#isAsking || this.#closed) return
    if (nowMs < this.#nextAskMs || !this.#isDue(this.#wanted, nowMs)) return
    this.#ask(this.#wanted, nowMs)
  }

  close(): void {
    this.#closed = true
    for (const stop of this.#stops) stop()
  }

  #isDue(wanted: LedgerStretch, nowMs: number): boolean {
    const held = this.#held
    if (this.#isOutdated || held === null || wanted.fromMs < held.fromMs) return true
    if (wanted.toMs === null) return nowMs - this.#answeredMs >= tailAgeMs
    return held.toMs !== null && wanted.toMs > held.toMs
  }

  #outdate(): void {
    this.#isOutdated = true
    this.beat()
  }

  #ask(stretch: LedgerStretch, nowMs: number): void {
    this.#isAsking = true
    this.#isOutdated = false
    this.#nextAskMs = nowMs + askSpacingMs
    this.#revision = this.#source.ledger.find(this.#instrument)?.revision ?? null
    const { fromMs, toMs } = stretch
    this.#source
      .query({ name: 'ledger', instrument: this.#instrument, fromMs, toMs, limit: mostRanges })
      .then(
        (result) => this.#take(stretch, result.name === 'ledger' ? result.ranges : []),
        () => {
          // What is held stays: a ledger that cannot be asked now is asked again soon.
          this.#isAsking = false
          this.#isOutdated = true
          this.#nextAskMs = this.#clock() + retryMs
        }
      )
  }

  #take(stretch: LedgerStretch, ranges: readonly LedgerRange[]): void {
    this.#isAsking = false
    if (this.#closed) return
    this.#held = stretch
    this.#answeredMs = this.#clock()
    this.#ranges = ranges.length < mostRanges ? ranges : withUnknownStart(stretch.fromMs, ranges)
    this.#onChange()
  }
}

/** Marks what was cut off an answer as unproven: nothing may look complete that was not asked for. */
function withUnknownStart(fromMs: number, ranges: readonly LedgerRange[]): readonly LedgerRange[] {
  const first = ranges[0]
  if (first === undefined || first.fromMs <= fromMs) return ranges
  return [{ fromMs, toMs: first.fromMs, state: 'unproven', gap: null }, ...ranges]
}
