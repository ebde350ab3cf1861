/**
 * States of a feed: `loading` (asked for history) → `ready` or `empty`; `failed` keeps what is held.
 * The window of candles is bounded. While its newest end was given up for older pages it is
 * `detached`: live candles are ignored until `goLive`.
 */
import type { Candle } from '../../core/market/candle.ts'
import { parseInterval, type IntervalSpec } from '../../core/market/interval.ts'
import type { CandleQuery, Query, QueryResult, Series } from '../../contracts/state-stream.ts'
import { StreamQueryError } from '../../contracts/stream-receiver.ts'
import type { CandleListener } from '../stream/series-board.ts'
import { CandleList, compareCandles, knowsMore } from './candle-list.ts'
import { candlesThatFit, type TimeSpan } from './chart-points.ts'

/** Candles asked for at once. */
export const pageSize = 1_000

/** The part of the stream client that a feed needs. */
export interface SeriesSource {
  watch(series: Series, listener: CandleListener): () => void
  query(query: Query): Promise<QueryResult>
  onSnapshot(listener: () => void): () => void
  /** Where a tape stands: nothing after it exists. Null on a live stream. */
  cursorMs(): number | null
}

export type FeedStatus =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }

export type FeedEvents = {
  /** Live candles were put in their places: at the newest end, or earlier where a refill revised them. */
  onTail(candles: readonly Candle[]): void
  /** Anything may have changed: draw all of it again. */
  onReset(): void
  onStatus(): void
}

/** One series for one chart: history joined to the live candle, older pages on demand. */
export class SeriesFeed {
  readonly series: Series
  readonly spec: IntervalSpec
  readonly #source: SeriesSource
  readonly #events: FeedEvents
  readonly #candles = new CandleList()
  /** Live candles seen since the page under way was asked for. */
  readonly #liveSinceAsked = new CandleList()
  readonly #stops: readonly (() => void)[]
  #status: FeedStatus = { kind: 'loading' }
  #isDetached = false
  #isPaging = false
  #hasOlder = true
  #request = 0
  #closed = false
  #closedHours: readonly TimeSpan[] = []
  /** Where the tape stood when candles were last taken. */
  #takenAtMs = Number.NEGATIVE_INFINITY

  constructor(source: SeriesSource, series: Series, events: FeedEvents) {
    const spec = parseInterval(series.interval)
    if (spec === null) throw new RangeError(`expected an interval, received ${series.interval}`)
    this.series = series
    this.spec = spec
    this.#source = source
    this.#events = events
    this.#stops = [
      source.watch(series, (candles) => this.#takeLive(candles)),
      source.onSnapshot(() => this.reload())
    ]
  }

  get status(): FeedStatus {
    return this.#status
  }

  get isDetached(): boolean {
    return this.#isDetached
  }

  get candles(): readonly Candle[] {
    return this.#candles.all
  }

  /** Takes when the market was closed: those hours take no room, so that more candles fit. */
  setClosedHours(closedHours: readonly TimeSpan[]): void {
    this.#closedHours = closedHours
  }

  /** Asks for the newest page and merges it; what is held stays until the answer is there. */
  reload(): void {
    this.#rewind()
    this.#request += 1
    const request = this.#request
    this.#liveSinceAsked.clear()
    if (this.#candles.last === undefined) this.#setStatus({ kind: 'loading' })
    this.#ask({ fromMs: null, toMs: null }).then(
      (page) => {
        if (request === this.#request && !this.#closed) this.#joinNewest(page)
      },
      (error: unknown) => {
        if (request === this.#request && !this.#closed) this.#fail(error)
      }
    )
  }

  /** Asks for the page before the oldest candle, once at a time, until there is none. */
  loadOlder(): void {
    const first = this.#candles.first
    if (first === undefined || !this.#hasOlder || this.#isPaging || this.#closed) return
    this.#isPaging = true
    const request = this.#request
    // A tick candle shares its open time with others: ask for that millisecond again, merging is by identity.
    const toMs = this.spec.kind === 'tick' ? Math.floor(first.openMs) + 1 : first.openMs
    this.#ask({ fromMs: null, toMs }).then(
      (page) => {
        this.#isPaging = false
        if (request === this.#request && !this.#closed) this.#joinOlder(page)
      },
      () => {
        // The picture is whole without the page; scrolling on asks again.
        this.#isPaging = false
      }
    )
  }

  /** Returns to the newest candles after the window was scrolled away from them. */
  goLive(): void {
    if (!this.#isDetached) return
    this.#isDetached = false
    this.#hasOlder = true
    this.#candles.clear()
    this.reload()
  }

  close(): void {
    this.#closed = true
    for (const stop of this.#stops) stop()
  }

  /** A tape that went back takes with it what came after: at once, not when the answer is there. */
  #rewind(): void {
    const cursorMs = this.#source.cursorMs()
    if (cursorMs === null || cursorMs >= this.#takenAtMs) return
    if (!this.#candles.dropAfter(cursorMs)) return
    this.#isDetached = false
    this.#events.onReset()
  }

  #takeLive(candles: readonly Candle[]): void {
    if (this.#isDetached) return
    for (const candle of candles) this.#liveSinceAsked.put(candle)
    if (this.#status.kind === 'loading') return
    const first = this.#candles.first
    const taken = candles.filter(
      (candle) => first === undefined || compareCandles(candle, first) >= 0
    )
    for (const candle of taken) this.#candles.put(candle)
    this.#noteCursor()
    this.#bound('newest')
    if (this.#status.kind === 'empty') this.#setStatus({ kind: 'ready' })
    this.#events.onTail(taken)
  }

  #joinNewest(page: readonly Candle[]): void {
    const oldest = page[0]
    const last = this.#candles.last
    const isApart = oldest !== undefined && last !== undefined && compareCandles(oldest, last) > 0
    if (this.#isDetached) return
    if (isApart) this.#candles.clear()
    this.#hasOlder = page.length >= pageSize || !this.#covers(page)
    for (const candle of page) this.#candles.put(candle)
    for (const candle of this.#liveSinceAsked.all) {
      const held = this.#candles.find(candle)
      if (held === undefined || !knowsMore(held, candle)) this.#candles.put(candle)
    }
    this.#noteCursor()
    this.#bound('newest')
    this.#setStatus({ kind: this.#candles.last === undefined ? 'empty' : 'ready' })
    this.#events.onReset()
  }

  #noteCursor(): void {
    this.#takenAtMs = this.#source.cursorMs() ?? this.#takenAtMs
  }

  /** True when the page reaches back as far as what is held: then it tells whether there is more. */
  #covers(page: readonly Candle[]): boolean {
    const first = this.#candles.first
    const oldest = page[0]
    return first === undefined || (oldest !== undefined && compareCandles(oldest, first) <= 0)
  }

  #joinOlder(page: readonly Candle[]): void {
    const before = this.#candles.first
    const older = page.filter(
      (candle) => before === undefined || compareCandles(candle, before) < 0
    )
    if (older.length === 0) {
      this.#hasOlder = false
      return
    }
    for (const candle of older) this.#candles.put(candle)
    this.#bound('oldest')
    this.#events.onReset()
  }

  #bound(end: 'newest' | 'oldest'): void {
    const count = candlesThatFit(
      this.#candles.all,
      { spec: this.spec, closed: this.#closedHours },
      end
    )
    if (count === this.#candles.all.length) return
    this.#candles.keep(end, count)
    if (end === 'newest') this.#hasOlder = true
    else this.#isDetached = true
  }

  async #ask(range: Pick<CandleQuery, 'fromMs' | 'toMs'>): Promise<readonly Candle[]> {
    const result = await this.#source.query({
      name: 'candles',
      instrument: this.series.instrument,
      interval: this.series.interval,
      ...range,
      limit: pageSize
    })
    return result.name === 'candles' ? result.candles : []
  }

  #fail(error: unknown): void {
    const code = error instanceof StreamQueryError ? error.code : 'unavailable'
    const message = error instanceof Error ? error.message : String(error)
    this.#setStatus({ kind: 'failed', code, message })
  }

  #setStatus(status: FeedStatus): void {
    this.#status = status
    this.#events.onStatus()
  }
}
