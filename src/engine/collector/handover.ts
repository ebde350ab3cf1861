/**
 * States of a handover.
 *
 *   queued ─▶ opening ─▶ subscribing ─▶ overlapping ─▶ done: the old link may go
 *      └─────────┴────────────┴──────────────┴───────▶ done: failed, cancelled, or the old link ended first
 */
import type { MarketEvent } from '../../core/market/event.ts'
import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'
import type { Clock } from './clock.ts'
import { ownCause } from './close-cause.ts'
import type { CloseCause } from './close-cause.ts'
import type { Admission, ConnectTicket } from './connect-queue.ts'
import type { Governor } from './governor.ts'
import type { InstrumentWatch } from './instrument-watch.ts'
import type { Link } from './link.ts'
import type { LinkListener } from './link-options.ts'
import { Overlap } from './overlap.ts'

/** Those whose instruments nobody carries go first. */
const lastRank = Number.MAX_SAFE_INTEGER

/** How far the new link has come. */
export type HeirStage = 'opening' | 'subscribing' | 'overlapping'

/** The new link with all that belongs to it, for its connection to take. */
export type Heir = {
  readonly link: Link
  readonly watch: InstrumentWatch
  readonly stage: HeirStage
  readonly ticket: ConnectTicket
  /** Instruments that the venue refused on it, and why. */
  readonly refused: ReadonlyMap<InstrumentId, string>
  /** The venue announced the end of the new link as well. */
  readonly isEnding: boolean
}

export type HandoverOptions = {
  readonly connection: string
  readonly clock: Clock
  readonly governor: Governor
  /** Watch of the new link; what the old one brings is made known to it. */
  readonly watch: InstrumentWatch
  /** Newest trade id that the old link brought; -1 where none. */
  newestOldId(instrument: InstrumentId): number
  /** Those that the connection wants now, refused ones aside. */
  wanted(): readonly Instrument[]
  createLink(listener: LinkListener, instruments: () => readonly Instrument[]): Link
  /** Both links carry the instruments now. */
  overlapping(): void
  /** The old link is needed no more. */
  done(heir: Heir): void
  /** The new link came to nothing and is gone or going. `link` null where none was opened. */
  failed(cause: CloseCause, link: Link | null): void
}

/** Replaces one open link by a new one: opens it first, and is done once the old one is needed no more. */
export class Handover {
  readonly #options: HandoverOptions
  readonly #overlap: Overlap
  readonly #refused = new Map<InstrumentId, string>()
  #admission: Admission | null = null
  #ticket: ConnectTicket | null = null
  #link: Link | null = null
  #stage: HeirStage = 'opening'
  #isEnding = false
  #isDone = false

  constructor(options: HandoverOptions) {
    this.#options = options
    this.#overlap = new Overlap((id) => options.newestOldId(id))
  }

  /** Null while it waits for its turn to connect. */
  get link(): Link | null {
    return this.#link
  }

  get isOverlapping(): boolean {
    return this.#stage === 'overlapping'
  }

  begin(): void {
    const { governor, connection } = this.#options
    this.#admission = governor.admit({
      connection,
      rank: lastRank,
      admitted: (ticket) => this.#open(ticket)
    })
  }

  /** Looks whether the old link is needed still; called every second. */
  tick(): void {
    this.#link?.tick()
    if (this.#isDone || this.#stage !== 'overlapping') return
    const nowMs = this.#options.clock.monotonicMs()
    const ids = this.#options.wanted().map(({ id }) => id)
    if (ids.some((id) => !this.#refused.has(id) && !this.#link?.carries(id))) return
    const verdict = this.#overlap.judge(ids, nowMs)
    if (verdict.kind === 'waiting') return
    if (verdict.kind === 'unseen') this.#fail(`did not bring ${verdict.instruments.join(', ')}`)
    else this.#finish()
  }

  addInstrument(instrument: Instrument): void {
    this.#options.watch.add(instrument.id)
    this.#link?.addInstrument(instrument)
  }

  removeInstrument(instrument: Instrument): void {
    this.#options.watch.remove(instrument.id)
    if (!this.#refused.delete(instrument.id)) this.#link?.removeInstrument(instrument)
  }

  /** Events that came on the old link. */
  oldEvents(events: readonly MarketEvent[]): void {
    for (const event of events) this.#options.watch.discount(event)
    this.#overlap.oldEvents(events, this.#options.clock.monotonicMs())
  }

  /** Gives away the new link as it is, because the old one ended; null where none was opened. */
  surrender(): Heir | null {
    this.#close()
    return this.#heir()
  }

  /** Gives up; the link, if there is one, is left to the caller to end. */
  cancel(): Link | null {
    this.#close()
    this.#ticket?.ended(null)
    return this.#link
  }

  #open(ticket: ConnectTicket): void {
    this.#ticket = ticket
    const link = this.#options.createLink(this.#listener(ticket), () => this.#wanted())
    this.#link = link
    link.witness = (events) => this.#overlap.newEvents(events)
    link.open()
  }

  #listener(ticket: ConnectTicket): LinkListener {
    return {
      opened: () => {
        ticket.opened()
        this.#stage = 'subscribing'
      },
      subscribed: () => this.#subscribed(),
      refused: (instruments, reason) => {
        for (const id of instruments) this.#refused.set(id, reason)
      },
      suspected: () => undefined,
      noticed: (code) => {
        if (code === 'shutdown') this.#isEnding = true
      },
      ended: (cause) => {
        const isRefused = cause.class === 'rate' || cause.class === 'auth'
        ticket.ended(isRefused ? cause : null)
        if (this.#isDone) return
        this.#isDone = true
        this.#options.failed(cause, null)
      }
    }
  }

  #subscribed(): void {
    if (this.#isDone || this.#stage !== 'subscribing') return
    if (this.#wanted().length === 0) {
      this.#fail('was refused every instrument')
      return
    }
    this.#stage = 'overlapping'
    this.#overlap.settled(this.#options.clock.monotonicMs())
    this.#options.overlapping()
  }

  #finish(): void {
    const heir = this.#heir()
    if (heir === null) return
    this.#close()
    this.#options.done(heir)
  }

  #heir(): Heir | null {
    if (this.#link === null || this.#ticket === null) return null
    this.#link.witness = null
    return {
      link: this.#link,
      watch: this.#options.watch,
      stage: this.#stage,
      ticket: this.#ticket,
      refused: this.#refused,
      isEnding: this.#isEnding
    }
  }

  #fail(text: string): void {
    this.#close()
    this.#options.failed(ownCause('refused', `the new link ${text}`), this.#link)
  }

  #close(): void {
    this.#isDone = true
    this.#admission?.cancel()
    this.#admission = null
  }

  #wanted(): readonly Instrument[] {
    return this.#options.wanted().filter(({ id }) => !this.#refused.has(id))
  }
}
