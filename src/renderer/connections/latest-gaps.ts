/**
 * States of the list: `loading` (not answered yet) → `ready`; `failed` keeps what was read before.
 */
import type { Gap } from '../../core/market/ledger/gap.ts'
import type { LedgerRange } from '../../core/market/ledger/ledger-range.ts'
import type { Query, QueryResult } from '../../contracts/state-stream.ts'

/** Gaps shown, the newest ones. */
export const mostGaps = 500

/** The part of the stream client that the list needs. */
export interface GapSource {
  query(query: Query): Promise<QueryResult>
  onSnapshot(listener: () => void): () => void
  readonly ledger: { subscribe(listener: () => void): () => void }
  /** One instrument of each venue, to ask how far that venue's tape can be proven. */
  samples(): readonly string[]
}

export type GapList = {
  readonly kind: 'loading' | 'ready' | 'failed'
  /** By their end, oldest first. */
  readonly gaps: readonly Gap[]
  /** Ledger tiles of one instrument of each venue; asked for only while there are no gaps. */
  readonly samples: readonly (readonly LedgerRange[])[]
}

/** The newest gaps of all instruments, read again when one changes: once a second at most. */
export class LatestGaps {
  readonly #source: GapSource
  readonly #listeners = new Set<() => void>()
  #list: GapList = { kind: 'loading', gaps: [], samples: [] }
  #isOutdated = true
  #isAsking = false

  constructor(source: GapSource) {
    this.#source = source
  }

  /** Follows changes of the ledger until the function it returns is called. */
  start(): () => void {
    const outdate = () => {
      this.#isOutdated = true
    }
    outdate()
    const stops = [this.#source.onSnapshot(outdate), this.#source.ledger.subscribe(outdate)]
    return () => {
      for (const stop of stops) stop()
    }
  }

  get list(): GapList {
    return this.#list
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Reads when something changed. Call once a second. */
  beat(): void {
    if (!this.#isOutdated || this.#isAsking) return
    this.#isOutdated = false
    this.#isAsking = true
    this.#read()
      .then(
        (list) => this.#show(list),
        () => {
          this.#isOutdated = true
          this.#show({ ...this.#list, kind: 'failed' })
        }
      )
      .finally(() => {
        this.#isAsking = false
      })
  }

  async #read(): Promise<GapList> {
    const range = { fromMs: null, toMs: null }
    const answer = await this.#source.query({
      name: 'gaps',
      instrument: null,
      ...range,
      limit: mostGaps
    })
    const gaps = answer.name === 'gaps' ? answer.gaps : []
    if (gaps.length > 0) return { kind: 'ready', gaps, samples: [] }
    const samples: (readonly LedgerRange[])[] = []
    for (const instrument of this.#source.samples()) {
      const tiles = await this.#source.query({ name: 'ledger', instrument, ...range, limit: 20 })
      samples.push(tiles.name === 'ledger' ? tiles.ranges : [])
    }
    return { kind: 'ready', gaps, samples }
  }

  #show(list: GapList): void {
    this.#list = list
    for (const listener of [...this.#listeners]) listener()
  }
}
