import type { Gap } from '../../core/market/ledger/gap.ts'
import type { LedgerRange } from '../../core/market/ledger/ledger-range.ts'
import type { IntervalSpec } from '../../core/market/interval.ts'
import type { Candle } from '../../core/market/candle.ts'
import { stateWords } from '../ledger/state-words.ts'
import type { ChartPoint } from './chart-points.ts'
import { withGrowingEnd, worstTile } from './ledger-tiles.ts'
import { axisBreaks, findShade, layShades, type Shade } from './shades.ts'

/** Where shades are drawn, as far as the ledger of a chart uses it. */
export interface ShadeSurface {
  setShades(shades: readonly Shade[], breaks: readonly number[]): void
}

/** The truth ledger on one chart: shades behind the bars, and words for the bar that is looked at. */
export class ChartLedger {
  readonly #surface: ShadeSurface
  readonly #spec: IntervalSpec
  #ranges: readonly LedgerRange[] = []
  #shades: readonly Shade[] = []
  #drawn = ''
  #drawnRanges: readonly LedgerRange[] | null = null

  constructor(surface: ShadeSurface, spec: IntervalSpec) {
    this.#surface = surface
    this.#spec = spec
  }

  setRanges(ranges: readonly LedgerRange[]): void {
    this.#ranges = withGrowingEnd(ranges)
  }

  /** Lays the shades anew where points or tiles have changed; a price within a bar changes neither. */
  lay(points: readonly ChartPoint[]): void {
    const shape = shapeOf(points, this.#spec)
    if (shape === this.#drawn && this.#ranges === this.#drawnRanges) return
    this.#drawn = shape
    this.#drawnRanges = this.#ranges
    this.#shades = layShades(points, this.#ranges, this.#spec)
    this.#surface.setShades(this.#shades, axisBreaks(points, this.#spec))
  }

  /** The gap to tell of at a point: the gravest one that shades it; null where there is none. */
  gapAt(index: number): Gap | null {
    return findShade(this.#shades, index)?.range.gap ?? null
  }

  /** Says how complete a bar is: by the ledger where it was asked, else by the candle itself. */
  wordsFor(point: ChartPoint): string {
    const { key, candle } = point
    const toMs = this.#spec.kind === 'time' ? key + this.#spec.lengthMs : (candle?.closeMs ?? key)
    const tile = worstTile(this.#ranges, key, Math.max(toMs, key + 1))
    return barWords(candle, tile)
  }
}

/** Says how complete a bar is; a candle that is not final may still change. */
export function barWords(candle: Candle | null, tile: LedgerRange | null): string {
  const isGap = tile?.gap !== null && tile?.gap !== undefined
  if (candle === null) {
    if (tile === null) return ''
    return tile.state === 'complete' ? stateWords('quiet', false) : stateWords(tile.state, isGap)
  }
  const isWaiting = tile === null || (tile.state === 'open' && !isGap)
  const state = isWaiting
    ? stateWords(candle.state, candle.state === 'open' && candle.final)
    : stateWords(tile.state, isGap)
  return candle.final ? state : `${state}, not final`
}

/** Changes exactly when a point came, went or moved. Only tick candles reach further without moving. */
function shapeOf(points: readonly ChartPoint[], spec: IntervalSpec): string {
  const first = points[0]?.key ?? 0
  const last = points.at(-1)
  const reach = spec.kind === 'tick' ? (last?.candle?.closeMs ?? 0) : 0
  return `${points.length}/${first}/${last?.key ?? 0}/${reach}`
}
