import type {
  IChartApiBase,
  IPrimitivePaneView,
  ISeriesPrimitive,
  Logical,
  SeriesAttachedParameter
} from 'lightweight-charts'
import { gapStateWords } from '../ledger/gap-words.ts'
import type { ShadeLooks } from './shade-colours.ts'
import { drawPattern, hatchPx } from './shade-pattern.ts'
import type { Shade } from './shades.ts'

type Target = Parameters<NonNullable<ReturnType<IPrimitivePaneView['renderer']>>['draw']>[0]

/** A loss is never too short to be seen. */
const narrowestPx = 3
const stripPx = 3
/** Below the legend. */
const labelTopPx = 44
const labelMarginPx = 6
const labelTextPx = 10

/** Draws shades behind the candles of a chart. */
export class ShadeLayer implements ISeriesPrimitive<number> {
  #chart: IChartApiBase<number> | null = null
  #requestUpdate: () => void = () => undefined
  #shades: readonly Shade[] = []
  #breaks: readonly number[] = []
  #looks: ShadeLooks
  readonly #views: readonly IPrimitivePaneView[] = [
    { zOrder: () => 'bottom', renderer: () => ({ draw: (target) => this.#draw(target) }) }
  ]

  constructor(looks: ShadeLooks) {
    this.#looks = looks
  }

  attached({ chart, requestUpdate }: SeriesAttachedParameter<number>): void {
    this.#chart = chart
    this.#requestUpdate = requestUpdate
  }

  detached(): void {
    this.#chart = null
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.#views
  }

  setLooks(looks: ShadeLooks): void {
    this.#looks = looks
    this.#requestUpdate()
  }

  /** @param breaks Places of points before which the axis leaves time out. */
  setShades(shades: readonly Shade[], breaks: readonly number[]): void {
    this.#shades = shades
    this.#breaks = breaks
    this.#requestUpdate()
  }

  #draw(target: Target): void {
    const scale = this.#chart?.timeScale()
    const seen = scale?.getVisibleLogicalRange() ?? null
    if (scale === undefined || seen === null) return
    const { barSpacing } = scale.options()
    // The left edge of a point's place; points are as wide as their spacing.
    const edgeOf = (index: number) =>
      (scale.logicalToCoordinate(index as Logical) ?? 0) - barSpacing / 2
    target.useMediaCoordinateSpace(({ context, mediaSize }) => {
      for (const place of this.#breaks) {
        if (place < seen.from || place > seen.to + 1) continue
        drawBreak(context, edgeOf(place), mediaSize.height, this.#looks.breakLine)
      }
      for (const shade of this.#shades) {
        if (shade.to < seen.from - 1 || shade.from > seen.to + 1) continue
        const start = edgeOf(shade.from)
        const width = Math.max(narrowestPx, edgeOf(shade.to + 1) - start)
        const left = shade.to < shade.from ? start - narrowestPx / 2 : start
        const box = { left, width, visible: mediaSize.width, height: mediaSize.height }
        drawShade(context, shade, box, this.#looks)
      }
    })
  }
}

/** A shade's place in CSS pixels; `visible` is the width of the pane. */
type Box = {
  readonly left: number
  readonly width: number
  readonly visible: number
  readonly height: number
}

function drawShade(
  context: CanvasRenderingContext2D,
  { kind, range }: Shade,
  box: Box,
  looks: ShadeLooks
): void {
  const look = looks[kind]
  const left = Math.max(-hatchPx, box.left)
  const right = Math.min(box.visible + hatchPx, box.left + box.width)
  if (right <= left) return
  context.save()
  context.beginPath()
  context.rect(left, 0, right - left, box.height)
  context.clip()
  context.fillStyle = look.ground
  context.fillRect(left, 0, right - left, box.height)
  drawPattern(context, look, { ...box, from: left, to: right })
  if (look.ink !== null && range.gap !== null) {
    context.fillStyle = look.ink
    context.fillRect(left, box.height - stripPx, right - left, stripPx)
  }
  if (look.ink !== null && range.gap !== null && kind !== 'closed') {
    context.font = `${labelTextPx}px ${looks.font}`
    context.fillStyle = look.ink
    const words = gapStateWords[kind]
    const start = Math.max(0, left) + labelMarginPx
    const isRoomy =
      context.measureText(words).width + 2 * labelMarginPx <= right - Math.max(0, left)
    if (isRoomy) context.fillText(words, start, labelTopPx)
  }
  context.restore()
}

function drawBreak(
  context: CanvasRenderingContext2D,
  x: number,
  height: number,
  colour: string
): void {
  context.save()
  context.strokeStyle = colour
  context.setLineDash([3, 3])
  context.beginPath()
  context.moveTo(Math.round(x) + 0.5, 0)
  context.lineTo(Math.round(x) + 0.5, height)
  context.stroke()
  context.restore()
}
