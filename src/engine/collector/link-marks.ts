import type { InstrumentId } from '../../core/market/instrument.ts'
import type { LinkMark } from '../../core/market/ledger/link-mark.ts'
import type { Clock } from './clock.ts'

/** What the marks of one link are made with. */
export type LinkMarksOptions = {
  /** Name of the link; no two that stand at once share it. */
  readonly link: string
  readonly clock: Clock
  onLink(mark: LinkMark): void
}

/**
 * Tells which instruments one link carries: `up` once for each when the venue has agreed, `down` once
 * for each of those when the link ends or lets go of it.
 */
export class LinkMarks {
  readonly #options: LinkMarksOptions
  readonly #carried = new Set<InstrumentId>()
  #haveLapsed = false

  constructor(options: LinkMarksOptions) {
    this.#options = options
  }

  /** Instruments lapsed and were not told `up` since. */
  get haveLapsed(): boolean {
    return this.#haveLapsed
  }

  carries(instrument: InstrumentId): boolean {
    return this.#carried.has(instrument)
  }

  /** @param wanted All that the link now carries; those told before are not told again. */
  up(wanted: readonly InstrumentId[]): void {
    this.#haveLapsed = false
    const instruments = wanted.filter((id) => !this.#carried.has(id))
    if (instruments.length === 0) return
    for (const id of instruments) this.#carried.add(id)
    const atMs = this.#options.clock.nowMs()
    this.#tell({ state: 'up', instruments, atMs, lastFrameMs: atMs, reason: null })
  }

  /** @param lastFrameMs Run clock; what came after it may be missing. */
  down(instruments: readonly InstrumentId[], lastFrameMs: number, reason: string): void {
    this.#down(instruments, { lastFrameMs, reason })
  }

  /** The link stands, but what it brought of all that it carried is not known any more until told `up`. */
  lapsed(lastFrameMs: number, reason: string): void {
    this.#haveLapsed = true
    this.down([...this.#carried], lastFrameMs, reason)
  }

  /** The link ended, and with it all that it carried. */
  ended(lastFrameMs: number, reason: string): void {
    this.down([...this.#carried], lastFrameMs, reason)
  }

  /** The same after the venue answered our goodbye: nothing that it sent is on its way any more. */
  drained(lastFrameMs: number, reason: string): void {
    this.#down([...this.#carried], { lastFrameMs, reason, isDrained: true })
  }

  #down(
    instruments: readonly InstrumentId[],
    end: Pick<LinkMark, 'lastFrameMs' | 'reason' | 'isDrained'>
  ): void {
    const ended = instruments.filter((id) => this.#carried.delete(id))
    if (ended.length === 0) return
    this.#tell({ state: 'down', instruments: ended, atMs: this.#options.clock.nowMs(), ...end })
  }

  #tell(mark: Omit<LinkMark, 'connection'>): void {
    this.#options.onLink({ ...mark, connection: this.#options.link })
  }
}
