import type { Candle } from '../../core/market/candle.ts'
import type { IntervalSpec } from '../../core/market/interval.ts'
import type { Series } from '../../contracts/state-stream.ts'
import type { Painter, PaintLoop } from '../desk/paint-loop.ts'
import type { ZonedTime } from '../format/zoned-time.ts'
import { ChartPen } from './chart-pen.ts'
import { ChartView } from './chart-view.ts'
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
  onCandle(candle: Candle | null, before: Candle | null): void
}

/** One chart's life: the feed of its series, the pen, and the drawing they share. */
export class ChartSession implements Painter {
  readonly #source: SeriesSource
  readonly #paint: PaintLoop
  readonly #events: SessionEvents
  readonly #view: ChartView
  readonly #runNowMs: () => number
  #feed: SeriesFeed
  #pen: ChartPen
  #hoverKey: number | null = null
  #isFollowing = true
  #mayAdvance = false

  constructor(
    element: HTMLElement,
    start: { readonly series: Series; readonly spec: IntervalSpec; readonly zone: ZonedTime },
    ports: {
      readonly source: SeriesSource
      readonly paint: PaintLoop
      readonly runNowMs: () => number
    },
    events: SessionEvents
  ) {
    this.#source = ports.source
    this.#paint = ports.paint
    this.#runNowMs = ports.runNowMs
    this.#events = events
    this.#view = new ChartView(element, start.zone, start.spec, {
      onHover: (key) => {
        this.#hoverKey = key
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
    this.#feed = this.#createFeed(series)
    this.#pen = new ChartPen(this.#view, this.#feed.spec)
    this.#hoverKey = null
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

  /** Once a second: lets time pass on the axis. */
  tick(): void {
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
    if (this.#mayAdvance && !this.#feed.isDetached) this.#pen.advance(this.#runNowMs())
    this.#describe()
  }

  /** Bars that are drawn now, for those who read instead of look. */
  candles(): readonly Candle[] {
    return this.#feed.candles
  }

  close(): void {
    this.#paint.forget(this)
    this.#feed.close()
    this.#view.close()
  }

  #createFeed(series: Series): SeriesFeed {
    return new SeriesFeed(this.#source, series, {
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
    if (this.#hoverKey === null) {
      this.#events.onCandle(candles.at(-1) ?? null, candles.at(-2) ?? null)
      return
    }
    const hovered = this.#pen.findAt(this.#hoverKey)
    const before = hovered === null ? null : this.#pen.findBefore(this.#hoverKey)
    this.#events.onCandle(hovered, before)
  }

  #tell(): void {
    this.#events.onState({
      status: this.#feed.status,
      isFollowing: this.#isFollowing && !this.#feed.isDetached
    })
  }
}
