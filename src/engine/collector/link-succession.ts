import { invariant } from '../../core/invariant.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import { ownCause } from './close-cause.ts'
import type { CloseCause } from './close-cause.ts'
import type { ConnectTicket } from './connect-queue.ts'
import type { ConnectionRoster } from './connection-roster.ts'
import type { ConnectionStory } from './connection-story.ts'
import type { Heir } from './handover.ts'
import { LinkLessons } from './link-lessons.ts'
import type { LinkContext, LinkListener } from './link-options.ts'
import type { LinkSearch } from './link-search.ts'
import type { Links } from './links.ts'
import type { MarketFollower } from './market-follower.ts'
import type { Replacement } from './replacement.ts'

/** The parts of one connection between which its links follow each other. */
export type LinkSuccessionParts = {
  readonly id: string
  readonly context: LinkContext
  readonly story: ConnectionStory
  readonly roster: ConnectionRoster
  readonly market: MarketFollower
  readonly links: Links
  readonly search: LinkSearch
  readonly replacement: Replacement
  /** The present link ended, and none is to follow. */
  onClosed(): void
}

/** What comes after the present link, when its end was decided here. */
type Ending = 'retry' | 'again' | 'fail' | 'close'

/** How the links of one connection follow each other: how each begins, what it tells, and what comes after its end. */
export class LinkSuccession {
  readonly #id: string
  readonly #context: LinkContext
  readonly #story: ConnectionStory
  readonly #roster: ConnectionRoster
  readonly #market: MarketFollower
  readonly #links: Links
  readonly #search: LinkSearch
  readonly #replacement: Replacement
  readonly #onClosed: () => void
  readonly #lessons = new LinkLessons()
  #ending: Ending = 'retry'
  /** Of the present link. */
  #hasOpened = false

  constructor(parts: LinkSuccessionParts) {
    this.#id = parts.id
    this.#context = parts.context
    this.#story = parts.story
    this.#roster = parts.roster
    this.#market = parts.market
    this.#links = parts.links
    this.#search = parts.search
    this.#replacement = parts.replacement
    this.#onClosed = () => parts.onClosed()
  }

  /** Which rule of the venue the last link broke, in its words; null where none. */
  get complaint(): string | null {
    return this.#lessons.complaint
  }

  /** Opens a link, whose turn has come. */
  begin(ticket: ConnectTicket): void {
    this.#story.enter('connecting', null)
    this.#roster.takeForgiven(this.#nowMs())
    this.#ending = 'retry'
    this.#hasOpened = false
    const link = this.#links.begin({
      watch: this.#roster.watch,
      instruments: () => this.#roster.wanted(),
      afterSilence: this.#lessons.afterSilence,
      batch: this.#lessons.batch,
      listener: this.#linkListener(ticket)
    })
    link.open()
  }

  /** Makes the new link of a handover the present one, however far it has come. */
  adopt({ link, watch, stage, ticket, refused, isEnding }: Heir): void {
    const old = this.#links.present
    if (old !== null) this.#story.keepTimes(old)
    this.#roster.follow(watch)
    this.#hasOpened = stage !== 'opening'
    if (this.#hasOpened) this.#context.governor.forget(this.#id)
    this.#links.promote(link)
    link.listen(this.#linkListener(ticket))
    if (stage === 'overlapping') this.#story.enter('live', null)
    else {
      this.#story.enter('waiting', 'rate')
      this.#story.enter('connecting', null)
      if (stage === 'subscribing') this.#story.enter('subscribing', null)
    }
    for (const [id, reason] of refused) this.#instrumentsRefused([id], reason)
    this.#replacement.began()
    if (isEnding) this.#endAnnounced()
  }

  /** Ends the present link on purpose. */
  leave(ending: Ending, text: string): void {
    this.#replacement.cancel(text)
    this.#ending = ending
    const { state } = this.#story
    if (state === 'subscribing' || state === 'live' || state === 'stalled') {
      if (ending !== 'fail') this.#story.enter('draining', null)
    }
    this.#links.present?.close(ownCause(ending === 'fail' ? 'refused' : 'normal', text))
  }

  /** Has the present link replaced where something wants that and its market is open. */
  replaceWhenDue(): void {
    if (this.#story.state !== 'live') return
    if (this.#market.gate(this.#roster.instruments).kind === 'open') this.#replacement.follow()
  }

  /** Asks for those that the venue refused, or left unanswered, a while ago. */
  askAgain(): void {
    if (this.#story.state !== 'live') return
    for (const instrument of this.#roster.takeForgiven(this.#nowMs())) {
      this.#links.present?.addInstrument(instrument)
      this.#replacement.addInstrument(instrument)
    }
  }

  #linkListener(ticket: ConnectTicket): LinkListener {
    return {
      opened: () => {
        this.#hasOpened = true
        ticket.opened()
        this.#replacement.began()
        this.#story.enter('subscribing', null)
      },
      subscribed: () => this.#subscribed(),
      refused: (instruments, reason) => this.#instrumentsRefused(instruments, reason),
      suspected: (text) => {
        this.#context.log.warn('connection-suspected', { connection: this.#id, text })
        const { state } = this.#story
        if (state === 'live' || state === 'subscribing') this.#story.enter('stalled', text)
      },
      noticed: (code, text) => {
        this.#context.log.info('venue-notice', { connection: this.#id, text })
        this.#story.note(text)
        if (code === 'shutdown') this.#endAnnounced()
        if (code === 'maintenance') this.#context.governor.announced()
      },
      ended: (cause) => {
        ticket.ended(this.#ending === 'retry' ? cause : null)
        this.#ended(cause)
      }
    }
  }

  #subscribed(): void {
    if (this.#roster.isAllRefused) {
      this.leave('fail', 'the venue refused every instrument')
      return
    }
    if (this.#story.state !== 'subscribing') return
    this.#story.enter('live', null)
    this.#replacement.endTurn()
  }

  #instrumentsRefused(ids: readonly InstrumentId[], reason: string): void {
    for (const id of ids) {
      if (!this.#roster.refuse(id, reason, this.#context.clock.monotonicMs())) continue
      this.#context.log.warn('instrument-refused', { connection: this.#id, instrument: id, reason })
      this.#story.note(`${id} refused: ${reason}`)
    }
    this.#context.onRefused?.(ids)
  }

  #ended(cause: CloseCause): void {
    const link = this.#links.present
    invariant(link !== null, `${this.#id}: a link ended that was not there`)
    this.#links.lost()
    this.#story.keepTimes(link)
    const { healthyMs } = link
    this.#lessons.learn(cause, { healthyMs, asked: this.#roster.wanted().length })
    this.#story.ended({ cause, isPlanned: this.#isPlanned, healthyMs })
    if (this.#ending === 'close') {
      this.#story.enter('closed', null)
      this.#onClosed()
      return
    }
    if (this.#ending === 'again') {
      this.#search.beginAnew()
      return
    }
    this.#story.lost()
    const heir = this.#replacement.takeHeir()
    if (heir !== null) this.adopt(heir)
    else if (cause.class === 'auth') this.#search.fail(cause.text)
    else if (this.#ending === 'fail') {
      this.#search.fail(cause.text, this.#roster.askAgainMs - this.#nowMs())
    } else {
      this.#search.beginAfter({ cause, healthyMs, wasOpen: this.#hasOpened })
    }
  }

  #endAnnounced(): void {
    this.#replacement.want({ reason: 'end announced by the venue', isUrgent: true })
    this.replaceWhenDue()
  }

  /** The end of the present link is our wish. */
  get #isPlanned(): boolean {
    return this.#ending === 'close' || this.#ending === 'again'
  }

  #nowMs(): number {
    return this.#context.clock.monotonicMs()
  }
}
