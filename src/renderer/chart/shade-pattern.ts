import type { ShadeLook } from './shade-colours.ts'

export const hatchPx = 8
const stripesPx = 6

/** A shade's place in CSS pixels: the whole of it, and the part from `from` to `to` that is drawn. */
type PatternBox = {
  readonly left: number
  readonly from: number
  readonly to: number
  readonly height: number
}

/** Draws a look's pattern. Lines are counted from the shade's own left edge, so that the pattern moves with it. */
export function drawPattern(
  context: CanvasRenderingContext2D,
  { pattern, line }: ShadeLook,
  box: PatternBox
): void {
  if (pattern === 'none') return
  context.strokeStyle = line
  context.fillStyle = line
  if (pattern === 'stripes') {
    const first = box.left + Math.floor((box.from - box.left) / stripesPx) * stripesPx
    for (let x = first; x < box.to; x += stripesPx)
      context.fillRect(x, 0, stripesPx / 2, box.height)
    return
  }
  context.lineWidth = 1
  context.beginPath()
  const reach = box.from - box.left - box.height
  const first = box.left + Math.floor(reach / hatchPx) * hatchPx
  for (let x = first; x < box.to + box.height; x += hatchPx) {
    context.moveTo(x, box.height)
    context.lineTo(x + box.height, 0)
    if (pattern === 'hatch') continue
    context.moveTo(x, 0)
    context.lineTo(x + box.height, box.height)
  }
  context.stroke()
}
