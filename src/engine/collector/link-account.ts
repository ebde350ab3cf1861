import type { InstrumentId } from '../../core/market/instrument.ts'
import { LinkMarks } from './link-marks.ts'
import type { LinkOptions } from './link-options.ts'
import { sampleText } from './redaction.ts'

/** When a link last brought what, as its intake knows it: run clock, null before the first. */
export type IntakeTimes = {
  readonly lastFrameMs: number | null
  readonly lastReadMs: number | null
  readonly lastDataMs: number | null
  /** How long after its newest event the last data came. */
  readonly lagMs: number
}

/** Accounts for one link to the ledger: what it carries, and up to when nothing of that can be missing. */
export class LinkAccount {
  readonly #options: LinkOptions
  readonly #times: IntakeTimes
  readonly #marks: LinkMarks
  /** Run clock. */
  #openedMs = 0

  /** @param times Read when something ends. */
  constructor(options: LinkOptions, times: IntakeTimes) {
    this.#options = options
    this.#times = times
    this.#marks = new LinkMarks({ ...options.context, link: options.name })
  }

  /** Whether the venue agreed to send this instrument here. */
  carries(instrument: InstrumentId): boolean {
    return this.#marks.carries(instrument)
  }

  opened(): void {
    this.#openedMs = this.#options.context.clock.nowMs()
  }

  /** The venue agreed to send all that was asked for. */
  settled(): void {
    this.#marks.up(this.#options.instruments().map(({ id }) => id))
  }

  /** What the link carries is whole again from now, where a frame broke it off. */
  resume(): void {
    if (this.#marks.haveLapsed) this.settled()
  }

  letGo(instruments: readonly InstrumentId[], reason: string): void {
    this.#marks.down(instruments, this.#lastFrameMs(), reason)
  }

  /** The frame may have held trades. Where the next id does not tell, the link broke until the next second. */
  unread(reason: string): void {
    const { venue, apiKey } = this.#options.context
    if (venue.tradeIds === 'contiguous') return
    const text = `a frame could not be read: ${sampleText(reason, apiKey)}`
    this.#marks.lapsed(this.#sureMs(this.#times.lastReadMs), text)
  }

  ended(reason: string): void {
    this.#marks.ended(this.#lastFrameMs(), reason)
  }

  /** It is suspected for its silence: what it may have withheld begins with its last data. */
  fellSilent(reason: string): void {
    this.#marks.ended(this.#sureMs(this.#times.lastDataMs), reason)
  }

  /** The venue answered our own goodbye at `atMs`, run clock, which shows that all before it came. */
  drained(atMs: number, reason: string): void {
    this.#marks.drained(this.#sureMs(atMs), reason)
  }

  #lastFrameMs(): number {
    return this.#sureMs(this.#times.lastFrameMs)
  }

  /** What the venue sent before this came, unless its last data stood still on the way. */
  #sureMs(cameMs: number | null): number {
    return (cameMs ?? this.#openedMs) - this.#times.lagMs
  }
}
