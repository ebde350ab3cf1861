/**
 * States of the feed: `loading` (asked) → `ready`; `failed` where the store does not answer.
 */
import type { Candle } from '../../core/market/candle.ts'
import type { Gap } from '../../core/market/ledger/gap.ts'
import type { Incident } from '../../contracts/incident.ts'
import {
  maxIncidentRows,
  maxQueryRows,
  type Query,
  type QueryResult
} from '../../contracts/state-stream.ts'
import type { LoopSpan } from './replay-deck.ts'
import { timelineInterval } from './timeline-scale.ts'

/** What the strip is of. */
export type TimelineSubject = { readonly instrument: string; readonly range: LoopSpan }

export type TimelineData = {
  readonly kind: 'loading' | 'ready' | 'failed'
  readonly subject: TimelineSubject | null
  /** Oldest first; without the venue’s own, which cannot be played. */
  readonly candles: readonly Candle[]
  readonly gaps: readonly Gap[]
  readonly incidents: readonly Incident[]
}

/** The part of the live stream that the timeline needs: it shows the whole range, whatever was played of it. */
export interface TimelineSource {
  query(query: Query): Promise<QueryResult>
}

const nothing = { subject: null, candles: [], gaps: [], incidents: [] } as const

/** Volume, gaps and outages of one instrument over a range, read once for each subject. */
export class TimelineFeed {
  readonly #source: TimelineSource
  readonly #listeners = new Set<() => void>()
  #data: TimelineData = { kind: 'loading', ...nothing }
  #request = 0

  constructor(source: TimelineSource) {
    this.#source = source
  }

  get data(): TimelineData {
    return this.#data
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Reads a subject; the same one again is read anew. */
  show(subject: TimelineSubject): void {
    this.#request += 1
    const request = this.#request
    if (this.#data.subject?.instrument !== subject.instrument)
      this.#set({ kind: 'loading', ...nothing })
    this.#read(subject).then(
      (data) => {
        if (request === this.#request) this.#set(data)
      },
      () => {
        if (request === this.#request) this.#set({ kind: 'failed', ...nothing, subject })
      }
    )
  }

  async #read(subject: TimelineSubject): Promise<TimelineData> {
    const { instrument, range } = subject
    const { interval, lengthMs } = timelineInterval(range)
    const fromMs = Math.floor(range.fromMs / lengthMs) * lengthMs
    const { toMs } = range
    const [venue = ''] = instrument.split(':')
    const [candles, gaps, incidents] = await Promise.all([
      this.#source.query({
        name: 'candles',
        instrument,
        interval,
        fromMs,
        toMs,
        limit: maxQueryRows
      }),
      this.#source.query({ name: 'gaps', instrument, fromMs, toMs, limit: maxQueryRows }),
      this.#source.query({ name: 'incidents', venue: null, fromMs, toMs, limit: maxIncidentRows })
    ])
    return {
      kind: 'ready',
      subject,
      candles: candles.name === 'candles' ? candles.candles.filter(({ trades }) => trades > 0) : [],
      gaps: gaps.name === 'gaps' ? gaps.gaps : [],
      incidents:
        incidents.name === 'incidents'
          ? incidents.incidents.filter((each) => each.venue === null || each.venue === venue)
          : []
    }
  }

  #set(data: TimelineData): void {
    this.#data = data
    for (const listener of [...this.#listeners]) listener()
  }
}
