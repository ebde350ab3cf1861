import {
  CandlestickSeries,
  createChartEx,
  HistogramSeries,
  PriceScaleMode,
  type CandlestickData,
  type HistogramData,
  type IChartApiBase,
  type ISeriesApi,
  type MouseEventParams,
  type WhitespaceData
} from 'lightweight-charts'
import type { Candle } from '../../core/market/candle.ts'
import type { IntervalSpec } from '../../core/market/interval.ts'
import { fixedText } from '../format/number-text.ts'
import type { ZonedTime } from '../format/zoned-time.ts'
import { chartOptions, readChartColours, type ChartColours } from './chart-colours.ts'
import type { ChartPoint } from './chart-points.ts'
import { readShadeLooks } from './shade-colours.ts'
import { ShadeLayer } from './shade-layer.ts'
import type { Shade } from './shades.ts'
import { TimeAxis } from './time-axis.ts'

const barSpacing = 7
const rightOffset = 8
/** Bars left before the edge at which the next page is asked for. */
const pageMargin = 150

/** A place on the chart, CSS pixels from its top left. */
export type ChartPlace = { readonly x: number; readonly y: number }

export type ChartViewEvents = {
  /** The bar under the pointer and where the pointer is; null when there is none. */
  onHover(key: number | null, place: ChartPlace | null): void
  /** The oldest bars came into sight. */
  onNearStart(): void
  /** The newest bar left the sight, or came back. */
  onFollowing(isFollowing: boolean): void
}

type Bar = CandlestickData<number> | WhitespaceData<number>
type VolumeBar = HistogramData<number> | WhitespaceData<number>

/** One drawn chart: candles over volume. It is told what to draw and keeps no market data. */
export class ChartView {
  readonly #element: HTMLElement
  readonly #axis: TimeAxis
  readonly #chart: IChartApiBase<number>
  readonly #candles: ISeriesApi<'Candlestick', number>
  readonly #volume: ISeriesApi<'Histogram', number>
  readonly #events: ChartViewEvents
  readonly #shades: ShadeLayer
  #colours: ChartColours
  #points: ChartPoint[] = []
  #isFollowing = true

  constructor(element: HTMLElement, zone: ZonedTime, spec: IntervalSpec, events: ChartViewEvents) {
    this.#element = element
    this.#events = events
    this.#colours = readChartColours(element)
    this.#axis = new TimeAxis(zone, spec)
    this.#chart = createChartEx<number, TimeAxis>(element, this.#axis, {
      ...chartOptions(this.#colours),
      autoSize: true
    })
    this.#chart.timeScale().applyOptions({
      barSpacing,
      rightOffset,
      minBarSpacing: 0.5,
      // A slot is there, empty, before its first trade: what fills it moves the chart all the same.
      allowShiftVisibleRangeOnWhitespaceReplacement: true
    })
    this.#candles = this.#chart.addSeries(CandlestickSeries, { borderVisible: true })
    this.#volume = this.#chart.addSeries(HistogramSeries, {
      priceScaleId: 'volume',
      priceFormat: { type: 'volume' },
      lastValueVisible: false,
      priceLineVisible: false
    })
    this.#candles.priceScale().applyOptions({ scaleMargins: { top: 0.1, bottom: 0.24 } })
    this.#volume.priceScale().applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } })
    this.#shades = new ShadeLayer(readShadeLooks(element))
    this.#candles.attachPrimitive(this.#shades)
    this.#paintColours()
    this.#chart.subscribeCrosshairMove((move) => this.#hover(move))
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange(() => this.#look())
  }

  setPriceDigits(digits: number): void {
    this.#candles.applyOptions({
      priceFormat: {
        type: 'custom',
        minMove: 10 ** -digits,
        formatter: (price: number) => fixedText(price, digits)
      }
    })
  }

  /** Follows a change of theme or palette; volume bars keep theirs until they are drawn again. */
  refreshColours(): void {
    this.#colours = readChartColours(this.#element)
    this.#chart.applyOptions(chartOptions(this.#colours))
    this.#shades.setLooks(readShadeLooks(this.#element))
    this.#paintColours()
  }

  /** Draws another series from its newest end. */
  open(spec: IntervalSpec): void {
    this.#axis.setSpec(spec)
    this.#points = []
    this.#candles.setData([])
    this.#volume.setData([])
    this.#chart.timeScale().applyOptions({ barSpacing, rightOffset })
    this.#candles.priceScale().setAutoScale(true)
    this.scrollToLive()
  }

  /** Draws all points; who had scrolled back keeps seeing what they saw. */
  draw(points: ChartPoint[]): void {
    const seen = this.#isFollowing ? null : this.#chart.timeScale().getVisibleLogicalRange()
    const anchorIndex = seen === null ? -1 : Math.max(0, Math.ceil(seen.from))
    const anchor = this.#points[anchorIndex]
    this.#points = points
    this.#candles.setData(points.map((point) => this.#bar(point)))
    this.#volume.setData(points.map((point) => this.#volumeBar(point)))
    if (seen === null || anchor === undefined) return
    const index = points.findIndex((point) => point.key >= anchor.key)
    if (index < 0) {
      // A tape went back before all that was seen.
      this.scrollToLive()
      return
    }
    const shift = index - anchorIndex
    this.#chart.timeScale().setVisibleLogicalRange({ from: seen.from + shift, to: seen.to + shift })
  }

  /** Draws one point over the one with its key, or after the last. */
  put(point: ChartPoint, place: 'end' | 'earlier'): void {
    const isHistorical = place === 'earlier'
    this.#candles.update(this.#bar(point), isHistorical)
    this.#volume.update(this.#volumeBar(point), isHistorical)
  }

  /** Shades stretches behind the candles; `breaks` are the places before which the axis leaves time out. */
  setShades(shades: readonly Shade[], breaks: readonly number[]): void {
    this.#shades.setShades(shades, breaks)
  }

  /** At once: a drawing that came during an animation would end it halfway. */
  scrollToLive(): void {
    this.#chart.timeScale().scrollToPosition(rightOffset, false)
    this.#follow(true)
  }

  /** Place of the first point in sight; 0 while nothing is drawn. */
  firstInSight(): number {
    const seen = this.#chart.timeScale().getVisibleLogicalRange()
    return seen === null ? 0 : Math.max(0, Math.ceil(seen.from))
  }

  scrollBy(bars: number): void {
    const scale = this.#chart.timeScale()
    scale.scrollToPosition(scale.scrollPosition() + bars, false)
  }

  /** The oldest bar at the left edge; the next page follows by itself. */
  scrollToFirst(): void {
    const scale = this.#chart.timeScale()
    const seen = scale.getVisibleLogicalRange()
    if (seen !== null) scale.setVisibleLogicalRange({ from: 0, to: seen.to - seen.from })
  }

  zoomBy(factor: number): void {
    const scale = this.#chart.timeScale()
    const now = scale.options().barSpacing
    scale.applyOptions({ barSpacing: Math.min(60, Math.max(0.5, now * factor)) })
  }

  /** Back to automatic scales at the newest bar. */
  reset(): void {
    this.#chart.timeScale().applyOptions({ barSpacing, rightOffset })
    this.#candles.priceScale().applyOptions({ mode: PriceScaleMode.Normal, invertScale: false })
    this.#candles.priceScale().setAutoScale(true)
    this.scrollToLive()
  }

  /** Switches a price scale mode on, or back to normal. */
  toggleScale(mode: 'logarithmic' | 'percent' | 'inverted'): void {
    const scale = this.#candles.priceScale()
    const now = scale.options()
    if (mode === 'inverted') {
      scale.applyOptions({ invertScale: !now.invertScale })
      return
    }
    const wanted = mode === 'percent' ? PriceScaleMode.Percentage : PriceScaleMode.Logarithmic
    scale.applyOptions({ mode: now.mode === wanted ? PriceScaleMode.Normal : wanted })
  }

  close(): void {
    this.#chart.remove()
  }

  #bar({ key, candle }: ChartPoint): Bar {
    if (candle === null) return { time: key }
    const { open, high, low, close } = candle
    const bar = { time: key, open, high, low, close }
    // What may still change has a pale body.
    return candle.final ? bar : { ...bar, color: this.#volumeColour(candle) }
  }

  #volumeBar({ key, candle }: ChartPoint): VolumeBar {
    if (candle === null) return { time: key }
    return { time: key, value: candle.volume, color: this.#volumeColour(candle) }
  }

  #volumeColour(candle: Candle): string {
    return candle.close >= candle.open ? this.#colours.upVolume : this.#colours.downVolume
  }

  #paintColours(): void {
    const { up, down, upFill, downFill } = this.#colours
    this.#candles.applyOptions({
      upColor: upFill,
      downColor: downFill,
      borderUpColor: up,
      borderDownColor: down,
      wickUpColor: up,
      wickDownColor: down
    })
  }

  #hover(move: MouseEventParams<number>): void {
    const { time = null, point = null } = move
    this.#events.onHover(time, point === null ? null : { x: point.x, y: point.y })
  }

  #look(): void {
    const range = this.#chart.timeScale().getVisibleLogicalRange()
    if (range === null || this.#points.length === 0) return
    if (range.from < pageMargin) this.#events.onNearStart()
    this.#follow(this.#chart.timeScale().scrollPosition() >= -1)
  }

  #follow(isFollowing: boolean): void {
    if (isFollowing === this.#isFollowing) return
    this.#isFollowing = isFollowing
    this.#events.onFollowing(isFollowing)
  }
}
