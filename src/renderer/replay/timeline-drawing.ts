import { readShadeLooks, type ShadeLooks } from '../chart/shade-colours.ts'
import { drawPattern } from '../chart/shade-pattern.ts'
import type { ZonedTime } from '../format/zoned-time.ts'
import type { LoopSpan } from './replay-deck.ts'
import type { TimelineData } from './timeline-feed.ts'
import type { TimelineScale } from './timeline-scale.ts'

/** Heights of the strip, CSS pixels: markers on top, volume, labels of time at the foot. */
const timelineHeights = { markers: 14, volume: 44, labels: 18 } as const
const narrowestPx = 2
/** Bars as wide as this have room between them. */
const roomyPx = 4
const labelTextPx = 11

/** Colours of the strip, read from the page's custom properties. */
export type TimelineLooks = {
  readonly shades: ShadeLooks
  readonly volume: string
  readonly text: string
  readonly grid: string
  readonly incident: string
  readonly bookmark: string
  readonly loop: string
  readonly font: string
}

export function readTimelineLooks(element: Element): TimelineLooks {
  const style = getComputedStyle(element)
  const read = (name: string) => style.getPropertyValue(name).trim()
  return {
    shades: readShadeLooks(element),
    volume: read('--crosshair'),
    text: read('--text-2'),
    grid: read('--line'),
    incident: read('--bad'),
    bookmark: read('--accent'),
    loop: read('--accent-ground'),
    font: style.fontFamily
  }
}

/** What stands on the strip besides what the store tells. */
export type TimelineMarks = {
  readonly loop: LoopSpan | null
  /** A loop's begin that waits for its end; null while there is none. */
  readonly waitingInMs: number | null
  /** Moments, epoch ms. */
  readonly bookmarks: readonly number[]
}

type Picture = {
  readonly scale: TimelineScale
  readonly data: TimelineData
  readonly marks: TimelineMarks
  readonly zone: ZonedTime
  readonly looks: TimelineLooks
}

/** Draws the whole strip but for the cursor, which moves over it. */
export function drawTimeline(canvas: HTMLCanvasElement, picture: Picture): void {
  const context = canvas.getContext('2d')
  if (context === null) return
  const { scale, marks, looks } = picture
  const height = timelineHeights.markers + timelineHeights.volume + timelineHeights.labels
  const ratio = devicePixelRatio
  canvas.width = Math.round(scale.width * ratio)
  canvas.height = Math.round(height * ratio)
  context.scale(ratio, ratio)
  if (marks.loop !== null) {
    const left = scale.xOf(marks.loop.fromMs)
    context.fillStyle = looks.loop
    context.fillRect(left, 0, scale.xOf(marks.loop.toMs) - left, height - timelineHeights.labels)
  }
  context.save()
  context.translate(0, timelineHeights.markers)
  drawVolume(context, picture)
  drawGaps(context, picture)
  context.restore()
  drawMarkers(context, picture)
  drawLabels(context, picture, height)
}

function drawVolume(context: CanvasRenderingContext2D, { scale, data, looks }: Picture): void {
  const most = data.candles.reduce((held, { volume }) => Math.max(held, volume), 0)
  context.fillStyle = looks.grid
  context.fillRect(0, timelineHeights.volume - 1, scale.width, 1)
  if (most <= 0) return
  context.fillStyle = looks.volume
  for (const { openMs, closeMs, volume } of data.candles) {
    const left = scale.xOf(openMs)
    const room = scale.xOf(closeMs) - left
    const width = room >= roomyPx ? room - 1 : Math.max(1, room)
    // A square root keeps quiet hours in sight beside one burst.
    const tall = Math.max(1, Math.sqrt(volume / most) * (timelineHeights.volume - 3))
    context.fillRect(left, timelineHeights.volume - 1 - tall, width, tall)
  }
}

function drawGaps(context: CanvasRenderingContext2D, { scale, data, looks }: Picture): void {
  const height = timelineHeights.volume
  for (const { fromMs, toMs, state } of data.gaps) {
    const look = looks.shades[state]
    const start = scale.xOf(fromMs ?? toMs)
    const width = Math.max(narrowestPx, scale.xOf(toMs) - start)
    const from = Math.max(0, start)
    const to = Math.min(scale.width, start + width)
    if (to <= from) continue
    context.save()
    context.beginPath()
    context.rect(from, 0, to - from, height)
    context.clip()
    context.fillStyle = look.ground
    context.fillRect(from, 0, to - from, height)
    drawPattern(context, look, { left: start, from, to, height })
    if (look.ink !== null) {
      context.fillStyle = look.ink
      context.fillRect(from, height - 3, to - from, 3)
    }
    context.restore()
  }
}

/** Outages as bars, bookmarks as flags, a loop's ends as brackets: told apart without colour. */
function drawMarkers(
  context: CanvasRenderingContext2D,
  { scale, data, marks, looks }: Picture
): void {
  context.fillStyle = looks.incident
  for (const { beganMs, endedMs } of data.incidents) {
    const left = scale.xOf(Math.max(scale.range.fromMs, beganMs))
    const right = scale.xOf(Math.min(scale.range.toMs, endedMs ?? scale.range.toMs))
    context.fillRect(left, 9, Math.max(narrowestPx, right - left), 3)
  }
  context.fillStyle = looks.bookmark
  for (const atMs of marks.bookmarks) {
    const x = Math.round(scale.xOf(atMs))
    context.beginPath()
    context.moveTo(x, 2)
    context.lineTo(x + 7, 5)
    context.lineTo(x, 8)
    context.fill()
    context.fillRect(x, 2, 1, timelineHeights.markers - 2)
  }
  const ends = [
    { atMs: marks.waitingInMs ?? marks.loop?.fromMs, inward: 1 },
    { atMs: marks.waitingInMs === null ? marks.loop?.toMs : undefined, inward: -1 }
  ]
  for (const { atMs, inward } of ends) {
    if (atMs === undefined) continue
    const x = Math.round(scale.xOf(atMs))
    const tall = timelineHeights.markers + timelineHeights.volume
    context.fillRect(inward > 0 ? x : x - 1, 0, 1, tall)
    context.fillRect(inward > 0 ? x : x - 5, 0, 5, 2)
    context.fillRect(inward > 0 ? x : x - 5, tall - 2, 5, 2)
  }
}

function drawLabels(context: CanvasRenderingContext2D, picture: Picture, height: number): void {
  const { scale, zone, looks } = picture
  context.font = `${labelTextPx}px ${looks.font}`
  for (const { atMs, text } of scale.labels(zone)) {
    const x = Math.round(scale.xOf(atMs))
    context.fillStyle = looks.grid
    context.fillRect(x, height - timelineHeights.labels, 1, 4)
    const room = scale.width - x
    if (context.measureText(text).width + 4 > room) continue
    context.fillStyle = looks.text
    context.fillText(text, x + 4, height - 5)
  }
}
