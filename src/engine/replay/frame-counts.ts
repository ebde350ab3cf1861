import type { ReplaySummaryShape } from '../../contracts/shapes.ts'
import type { Trade } from '../../core/market/event.ts'
import type { ParsedFrame } from '../../venues/venue.ts'

type Counts = Pick<
  ReplaySummaryShape,
  | 'frames'
  | 'omitted'
  | 'skipped'
  | 'ignored'
  | 'unknown'
  | 'rejected'
  | 'firstRejection'
  | 'fromMs'
  | 'toMs'
>

/** What the frames of a replay came to. */
export class FrameCounts {
  #frames = 0
  #omitted = 0
  #skipped = 0
  #ignored = 0
  #unknown = 0
  #rejected = 0
  #firstRejection: string | null = null
  #fromMs = Infinity
  #toMs = -Infinity

  received(): void {
    this.#frames += 1
  }

  /** @param frames As many as the capture says; where it cannot say they are not counted. */
  omitted(frames: number): void {
    this.#omitted += frames
  }

  skipped(): void {
    this.#skipped += 1
  }

  parsed(frame: ParsedFrame): void {
    if (frame.kind === 'ignored') this.#ignored += 1
    if (frame.kind === 'unknown') this.#unknown += 1
    if (frame.kind !== 'rejected') return
    this.#rejected += 1
    this.#firstRejection ??= frame.reason
  }

  stored({ eventMs }: Trade): void {
    if (eventMs < this.#fromMs) this.#fromMs = eventMs
    if (eventMs > this.#toMs) this.#toMs = eventMs
  }

  read(): Counts {
    return {
      frames: this.#frames,
      omitted: this.#omitted,
      skipped: this.#skipped,
      ignored: this.#ignored,
      unknown: this.#unknown,
      rejected: this.#rejected,
      firstRejection: this.#firstRejection,
      fromMs: Number.isFinite(this.#fromMs) ? this.#fromMs : null,
      toMs: Number.isFinite(this.#toMs) ? this.#toMs : null
    }
  }
}
