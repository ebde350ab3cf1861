import type { Candle } from '../../core/market/candle.ts'
import type { Gap } from '../../core/market/ledger/gap.ts'
import type { LedgerRange } from '../../core/market/ledger/ledger-range.ts'
import type { IntervalSpec } from '../../core/market/interval.ts'
import type { Series } from '../../contracts/state-stream.ts'
import type { Painter, PaintLoop } from '../desk/paint-loop.ts'
import type { ZonedTime } from '../format/zoned-time.ts'
import type { WallClock } from '../stream/run-clock.ts'
import { ChartLedger } from './chart-ledger.ts'
import { ChartPen } from './chart-pen.ts'
import { ChartView, type ChartPlace } from './chart-view.ts'
import { LedgerFeed, type LedgerSource } from './ledger-feed.ts'
import { closedSpans, hasNewlySettled } from './ledger-tiles.ts'
import { SeriesFeed, type FeedStatus, type SeriesSource } from './series-feed.ts'

/** What the panel around the drawing needs to know. */
export type SessionState = {
  readonly status: FeedStatus
  /** The newest bar is in sight. */
  readonly isFollowing: boolean
}

export type SessionEvents = {
  onState(state: SessionState): void
  /** The candle to describe: under the pointer, else the newest; null when there is none. */
  onCandle(bar: DescribedBar): void
  /** The gap under the pointer and where the pointer is; null when there is none. */
  onGap(gap: Gap | null, place: ChartPlace | null): void
}

/** One bar in figures and words. */
export type DescribedBar = {
  readonly candle: Candle | null
  /** The candle before it, null when there is none. */
  readonly before: Candle | null
  /** How complete it is, in words; empty where nothing is known. */
  readonly state: string
}

/** What a chart draws from. */
export type ChartPorts = {
  readonly source: SeriesSource & LedgerSource
  readonly paint: PaintLoop
  readonly runNowMs: () => number
  readonly clock: WallClock
}

/** One chart's life: the feed of its series, the pen, and the drawing they share. */
export class ChartSession implements Painter {
  readonly #ports: ChartPorts
  readonly #paint: PaintLoop
  readonly #events: SessionEvents
  readonly #view: ChartView
  #feed: SeriesFeed
  #pen: ChartPen
  #ledgerFeed: LedgerFeed
  #ledger: ChartLedger
  #hoverKey: number | null = null
  #hoverPlace: ChartPlace | null = null
  #isFollowing = true
  #mayAdvance = false

  constructor(
    element: HTMLElement,
    start: { readonly series: Series; readonly spec: IntervalSpec; readonly zone: ZonedTime },
    ports: ChartPorts,
    events: SessionEvents
  ) {
    this.#ports = ports
    this.#paint = ports.paint
    this.#events = events
    this.#view = new ChartView(element, start.zone, start.spec, {
      onHover: (key, place) => {
        this.#hoverKey = key
        this.#hoverPlace = place
        this.#paint.request(this)
      },
      onNearStart: () => this.#feed.loadOlder(),
      onFollowing: (isFollowing) => {
        this.#isFollowing = isFollowing
        this.#tell()
      }
    })
    this.#feed = this.#createFeed(start.series)
    this.#pen = new ChartPen(this.#view, this.#feed.spec)
    this.#ledgerFeed = this.#createLedgerFeed(start.series)
    this.#ledger = new ChartLedger(this.#view, this.#feed.spec)
    this.#feed.reload()
  }

  /** The drawing, for scrolling, zooming and scale modes. */
  get view(): ChartView {
    return this.#view
  }

  get series(): Series {
    return this.#feed.series
  }

  open(series: Series): void {
    this.#feed.close()
    this.#ledgerFeed.close()
    this.#feed = this.#createFeed(series)
    this.#pen = new ChartPen(this.#view, this.#feed.spec)
    this.#ledgerFeed = this.#createLedgerFeed(series)
    this.#ledger = new ChartLedger(this.#view, this.#feed.spec)
    this.#hoverKey = null
    this.#hoverPlace = null
    this.#isFollowing = true
    this.#view.open(this.#feed.spec)
    this.#feed.reload()
  }

  retry(): void {
    this.#feed.reload()
  }

  goLive(): void {
    this.#feed.goLive()
    this.#view.scrollToLive()
  }

  /** Empty slots grow with time only while silence means that nothing traded. */
  setAdvancing(mayAdvance: boolean): void {
    this.#mayAdvance = mayAdvance
  }

  /** Once a second: lets time pass on the axis and asks the ledger again where it is time to. */
  tick(): void {
    this.#ledgerFeed.beat()
    if (this.#mayAdvance) this.#paint.request(this)
  }

  /** Draws all again in the colours of now. */
  refreshColours(): void {
    this.#view.refreshColours()
    this.#pen.noteReset()
    this.#paint.request(this)
  }

  paint(): void {
    this.#pen.flush(this.#feed.candles)
    if (this.#mayAdvance && !this.#feed.isDetached) this.#pen.advance(this.#ports.runNowMs())
    this.#askLedger()
    this.#ledger.lay(this.#pen.points)
    this.#describe()
  }

  /** The beginning of the bar under the pointer, else of the first in sight; null while nothing is drawn. */
  chosenMs(): number | null {
    const index = this.#hoverKey === null ? -1 : this.#pen.indexAt(this.#hoverKey)
    const point = this.#pen.points[index] ?? this.#pen.points[this.#view.firstInSight()]
    return point === undefined ? null : Math.floor(point.key)
  }

  /** Bars that are drawn now, for those who read instead of look. */
  candles(): readonly Candle[] {
    return this.#feed.candles
  }

  close(): void {
    this.#paint.forget(this)
    this.#feed.close()
    this.#ledgerFeed.close()
    this.#view.close()
  }

  #createLedgerFeed(series: Series): LedgerFeed {
    let before: readonly LedgerRange[] = []
    const feed = new LedgerFeed(this.#ports.source, series.instrument, this.#ports.clock, () => {
      if (hasNewlySettled(before, feed.ranges) && !this.#feed.isDetached) this.#feed.reload()
      before = feed.ranges
      const closed = closedSpans(feed.ranges)
      this.#ledger.setRanges(feed.ranges)
      this.#feed.setClosedHours(closed)
      this.#pen.setClosed(closed)
      this.#paint.request(this)
    })
    return feed
  }

  #askLedger(): void {
    const { points } = this.#pen
    const first = points[0]
    const last = points.at(-1)
    if (first === undefined || last === undefined) return
    const toMs = this.#feed.isDetached ? last.key + 1 : null
    this.#ledgerFeed.look({ fromMs: Math.floor(first.key), toMs })
  }

  #createFeed(series: Series): SeriesFeed {
    return new SeriesFeed(this.#ports.source, series, {
      onTail: (candles) => {
        this.#pen.noteTail(candles)
        this.#paint.request(this)
      },
      onReset: () => {
        this.#pen.noteReset()
        this.#paint.request(this)
      },
      onStatus: () => this.#tell()
    })
  }

  #describe(): void {
    const { candles } = this.#feed
    const index = this.#hoverKey === null ? -1 : this.#pen.indexAt(this.#hoverKey)
    const hovered = this.#pen.points[index]
    this.#events.onGap(this.#ledger.gapAt(index), this.#hoverPlace)
    if (hovered === undefined) {
      const candle = candles.at(-1) ?? null
      const newest = candle === null ? undefined : { key: candle.openMs, candle }
      const state = newest === undefined ? '' : this.#ledger.wordsFor(newest)
      this.#events.onCandle({ candle, before: candles.at(-2) ?? null, state })
      return
    }
    const before = hovered.candle === null ? null : this.#pen.findBefore(hovered.key)
    const state = this.#ledger.wordsFor(hovered)
    this.#events.onCandle({ candle: hovered.candle, before, state })
  }

  #tell(): void {
    this.#events.onState({
      status: this.#feed.status,
      isFollowing: this.#isFollowing && !this.#feed.isDetached
    })
  }
}
