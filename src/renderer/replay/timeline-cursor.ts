import type { DeckRow } from '../../contracts/deck.ts'
import type { ZonedTime } from '../format/zoned-time.ts'
import type { LoopSpan } from './replay-deck.ts'
import type { TimelineScale } from './timeline-scale.ts'

/** Elements of the strip that move. */
type CursorParts = {
  readonly slider: HTMLElement
  readonly cursor: HTMLElement
  /** What was not played yet. */
  readonly future: HTMLElement
}

/** Moves the cursor over the strip, and tells it to those who do not see it. */
export class TimelineCursor {
  readonly #parts: CursorParts
  readonly #zone: ZonedTime
  readonly #readRow: () => DeckRow | undefined
  #scale: TimelineScale | null = null
  /** Where the pointer drags it; null while it is not dragged. */
  #dragMs: number | null = null
  #wantedMs: number | null = null

  constructor(parts: CursorParts, zone: ZonedTime, readRow: () => DeckRow | undefined) {
    this.#parts = parts
    this.#zone = zone
    this.#readRow = readRow
  }

  setScale(scale: TimelineScale): void {
    this.#scale = scale
    this.tell()
  }

  /** Follows the pointer instead of the tape; null lets go. */
  drag(atMs: number | null): void {
    this.#dragMs = atMs
    this.#wantedMs = atMs
    this.paint()
  }

  /** A moment that the pointer asks for and nobody was told of yet; taken once. Null while the tape is on its way. */
  takeWanted(): number | null {
    const wantedMs = this.#wantedMs
    if (this.#readRow()?.state === 'seeking') return null
    this.#wantedMs = null
    return wantedMs
  }

  paint(): void {
    const atMs = this.#dragMs ?? this.#readRow()?.atMs ?? null
    const { cursor, future } = this.#parts
    cursor.hidden = atMs === null
    if (atMs === null || this.#scale === null) return
    const x = Math.min(this.#scale.width, Math.max(0, this.#scale.xOf(atMs)))
    cursor.style.transform = `translateX(${x.toFixed(1)}px)`
    future.style.left = `${x.toFixed(1)}px`
  }

  /** Writes the position for screen readers. Call once a second, and when the tape stops. */
  tell(): void {
    const row = this.#readRow()
    const range: LoopSpan | null = row?.range ?? null
    const atMs = row?.atMs ?? null
    if (range === null || atMs === null) return
    const { slider } = this.#parts
    const set = (name: string, value: string) => {
      if (slider.getAttribute(name) !== value) slider.setAttribute(name, value)
    }
    set('aria-valuemax', String(Math.max(1, Math.round((range.toMs - range.fromMs) / 1_000))))
    set('aria-valuenow', String(Math.max(0, Math.round((atMs - range.fromMs) / 1_000))))
    set('aria-valuetext', `${this.#zone.dateText(atMs)} ${this.#zone.secondText(atMs)}`)
  }
}
