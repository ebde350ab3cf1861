import type { Instrument } from '../../core/market/instrument.ts'
import type { CloseCause } from './close-cause.ts'
import { Handover } from './handover.ts'
import type { Heir } from './handover.ts'
import { HandoverPlan } from './handover-plan.ts'
import type { HandoverWish } from './handover-plan.ts'
import type { Release } from './handover-slots.ts'
import { InstrumentWatch } from './instrument-watch.ts'
import type { Link } from './link.ts'
import type { LinkContext } from './link-options.ts'
import type { Links } from './links.ts'

/** What a replacement needs from its connection, and what becomes of it. */
export type ReplacementOptions = {
  readonly id: string
  readonly context: LinkContext
  readonly links: Links
  /** Watch of the present link. */
  watch(): InstrumentWatch
  /** Those that the connection wants now, refused ones aside. */
  wanted(): readonly Instrument[]
  /** A new link is being sought, or came to nothing; for the connection's log. */
  noted(text: string): void
  /** The venue forbids overlap: the present link has to end before the next one is opened. */
  mustBreak(reason: string): void
  /** Two links carry the instruments. */
  overlapping(): void
  /** The new link is to be the present one; the old one is then dismissed. */
  handedOver(heir: Heir): void
  /** The old link stays the only one. */
  stayed(): void
}

/**
 * Replaces the links of one connection before they end: for their age, at the venue's word, or when
 * asked. One at a time, in turn with the other connections of the venue.
 */
export class Replacement {
  readonly #options: ReplacementOptions
  readonly #context: LinkContext
  readonly #plan: HandoverPlan
  #handover: Handover | null = null
  #turn: Release | null = null
  #endWitness: (() => void) | null = null

  constructor(options: ReplacementOptions) {
    this.#options = options
    this.#context = options.context
    this.#plan = new HandoverPlan(options.context.lifetimeMs, options.context.random)
  }

  /** Whether the new link carries the instruments as well as the old one. */
  get isOverlapping(): boolean {
    return this.#handover?.isOverlapping === true
  }

  /** A link opened, or took the place of another: what was wished for is done. */
  began(): void {
    this.#plan.began(this.#context.clock.monotonicMs())
  }

  want(wish: HandoverWish): void {
    this.#plan.want(wish)
  }

  /** Looks whether the old link is needed still; called every second. */
  tick(): void {
    this.#handover?.tick()
  }

  /** Begins when something is due and it is its turn. Only while the present link is live. */
  follow(): void {
    const { clock, governor, slots, venue, log } = this.#context
    if (this.#handover !== null || governor.pausedMs() > 0) return
    const wish = this.#plan.due(clock.monotonicMs())
    if (wish === null) return
    const turn = slots.take(wish.isUrgent)
    if (turn === null) return
    this.#turn = turn
    log.info('handover-begun', { connection: this.#options.id, text: wish.reason })
    this.#options.noted(`new link: ${wish.reason}`)
    if (venue.tradeIds === 'none') this.#options.mustBreak(wish.reason)
    else this.#begin()
  }

  addInstrument(instrument: Instrument): void {
    this.#handover?.addInstrument(instrument)
  }

  removeInstrument(instrument: Instrument): void {
    this.#handover?.removeInstrument(instrument)
  }

  /** The present link ended: gives the new one as it is; null when there is none. */
  takeHeir(): Heir | null {
    const heir = this.#handover?.surrender() ?? null
    this.#end()
    return heir
  }

  cancel(text: string): void {
    const handover = this.#handover
    if (handover === null) return
    const link = handover.cancel()
    this.#end()
    if (link !== null) this.#options.links.dismiss(link, text)
    this.#options.stayed()
  }

  /** Lets another connection have its turn. */
  endTurn(): void {
    this.#turn?.()
    this.#turn = null
  }

  #begin(): void {
    const { clock, governor } = this.#context
    const { links } = this.#options
    const watch = new InstrumentWatch()
    for (const { id } of this.#options.wanted()) watch.add(id)
    watch.inherit(this.#options.watch())
    const handover = new Handover({
      connection: this.#options.id,
      clock,
      governor,
      watch,
      newestOldId: (id) => this.#options.watch().newestId(id),
      wanted: () => this.#options.wanted(),
      createLink: (listener, instruments) =>
        links.beginNext({ watch, instruments, afterSilence: false, listener }),
      overlapping: () => this.#options.overlapping(),
      done: (heir) => this.#done(heir),
      failed: (cause, link) => this.#failed(cause, link)
    })
    this.#handover = handover
    this.#endWitness = links.witness((events) => handover.oldEvents(events))
    handover.begin()
  }

  #done(heir: Heir): void {
    const old = this.#options.links.present
    this.#end()
    this.#options.handedOver(heir)
    if (old !== null) this.#options.links.dismiss(old, 'handed over')
  }

  #failed(cause: CloseCause, link: Link | null): void {
    const { clock, log } = this.#context
    const { class: kind, text, leastDelayMs } = cause
    this.#end()
    if (link === null) this.#options.links.nextLost()
    else this.#options.links.dismiss(link, text)
    this.#plan.failed(clock.monotonicMs(), leastDelayMs)
    log.warn('handover-failed', { connection: this.#options.id, class: kind, text })
    this.#options.noted(`new link failed: ${text}`)
    this.#options.stayed()
  }

  #end(): void {
    this.#handover = null
    this.#endWitness?.()
    this.#endWitness = null
    this.endTurn()
  }
}
