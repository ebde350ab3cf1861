import type { ConnectionRow } from '../../contracts/state-rows.ts'
import type { ConnectionState } from '../../contracts/shapes.ts'
import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'
import { marketClosed } from '../../core/market/ledger/link-mark.ts'
import { createSilenceRule } from '../../core/market/silence.ts'
import type { SilenceRule } from '../../core/market/silence.ts'
import { invariant } from '../../core/invariant.ts'
import { Attempts } from './attempts.ts'
import { ownCause } from './close-cause.ts'
import type { CloseCause } from './close-cause.ts'
import { ConnectionPhase } from './connection-phase.ts'
import { describeConnection } from './connection-row.ts'
import { refusedPauseMs } from './governor.ts'
import type { ConnectTicket } from './governor.ts'
import type { Heir } from './handover.ts'
import { InstrumentWatch } from './instrument-watch.ts'
import type { Activity } from './instrument-watch.ts'
import { Journal } from './journal.ts'
import type { Link } from './link.ts'
import type { LinkContext, LinkListener } from './link-options.ts'
import { Links } from './links.ts'
import type { Witness } from './links.ts'
import { MarketFollower } from './market-follower.ts'
import type { MarketHours } from './market-hours.ts'
import { Refusals } from './refusals.ts'
import { Replacement } from './replacement.ts'
import { Traffic } from './traffic.ts'

const silenceMs = { withHeartbeat: 15_000, without: 60_000 } as const
const failedRetryMs = 600_000

/** What a connection needs besides what all of its venue share. */
export type ConnectionOptions = {
  readonly id: string
  readonly context: LinkContext
  readonly instruments: readonly Instrument[]
  /** Null: connects at any hour. */
  readonly marketHours: MarketHours | null
  /** State, instruments or log changed. */
  onChanged(connection: string): void
}

/** What comes after the present link, when its end was decided here. */
type Ending = 'retry' | 'again' | 'fail' | 'close'

/**
 * One connection of a venue and its instruments, over as many sockets as it takes: one at a time, and
 * two while a planned end is handed over (docs/adr/0012-make-before-break.md).
 */
export class Connection {
  readonly id: string
  readonly traffic = new Traffic()
  readonly #options: ConnectionOptions
  readonly #context: LinkContext
  #watch = new InstrumentWatch()
  readonly #journal: Journal
  readonly #silence: SilenceRule
  #instruments: readonly Instrument[]
  readonly #refused = new Refusals()
  readonly #market: MarketFollower
  readonly #links: Links
  readonly #replacement: Replacement
  readonly #phase: ConnectionPhase
  #ending: Ending = 'retry'
  readonly #attempts: Attempts
  #reconnects = 0
  #hasBeenLive = false
  #afterSilence = false
  #lastDataMs: number | null = null
  #lastHeartbeatMs: number | null = null
  #onClosed: (() => void) | null = null

  constructor(options: ConnectionOptions) {
    this.id = options.id
    this.#options = options
    this.#context = options.context
    this.#instruments = options.instruments
    this.#journal = new Journal(options.context.clock)
    this.#phase = new ConnectionPhase(options.id, options.context.clock)
    const base = options.context.venue.heartbeatMs === null ? 'without' : 'withHeartbeat'
    this.#silence = createSilenceRule(silenceMs[base])
    for (const { id } of options.instruments) this.#watch.add(id)
    const { context, marketHours } = options
    this.#attempts = new Attempts(context)
    this.#market = new MarketFollower(marketHours, context.clock)
    const shared = { silence: this.#silence, traffic: this.traffic }
    this.#links = new Links(this.id, context, shared, () => this.#tellClosed())
    this.#replacement = this.#createReplacement()
  }

  get state(): ConnectionState {
    return this.#phase.state
  }

  get instruments(): readonly Instrument[] {
    return this.#instruments
  }

  /** Its instruments are being carried; during a handover by two links. */
  get isCarrying(): boolean {
    return this.state === 'live' || this.#replacement.isOverlapping
  }

  /** Whether the venue agreed to send this instrument on the present link, and it is well. */
  carries(id: InstrumentId): boolean {
    return this.isCarrying && this.#links.present?.carries(id) === true
  }

  /** Newest trade id of an instrument that came here; -1 where none did. */
  newestId(id: InstrumentId): number {
    return this.#watch.newestId(id)
  }

  start(): void {
    this.#seek()
  }

  /** Closes it for good; resolves when its sockets are gone, within a second. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#onClosed = resolve
      this.#attempts.cancel()
      this.#replacement.cancel('stopped')
      this.#replacement.endTurn()
      if (this.#links.present !== null) this.#leave('close', 'stopped')
      else if (this.state !== 'closed') this.#enter('closed', null)
      this.#tellClosed()
    })
  }

  addInstrument(instrument: Instrument): void {
    this.#instruments = [...this.#instruments, instrument]
    this.#watch.add(instrument.id)
    this.#links.present?.addInstrument(instrument)
    this.#replacement.addInstrument(instrument)
    this.#note(`${instrument.symbol} added`)
  }

  removeInstrument(id: InstrumentId): void {
    const instrument = this.#instruments.find((each) => each.id === id)
    if (instrument === undefined) return
    this.#instruments = this.#instruments.filter((each) => each !== instrument)
    this.#watch.remove(id)
    if (!this.#refused.delete(id)) {
      this.#links.present?.removeInstrument(instrument)
      this.#replacement.removeInstrument(instrument)
    }
    this.#note(`${instrument.symbol} removed`)
  }

  /** Replaces its link by a new one as soon as it is its turn; false when there is none to replace. */
  rotate(): boolean {
    if (!this.isCarrying) return false
    this.#replacement.want({ reason: 'asked for', isUrgent: false })
    this.#replaceWhenDue()
    return true
  }

  /** Tells what comes on its present link. @returns How to end that. */
  witness(witness: Witness): () => void {
    return this.#links.witness(witness)
  }

  /** Skips a wait, or tries again what had failed, refused instruments included. False when there is nothing to skip. */
  retry(): boolean {
    const isSkippable =
      this.state === 'failed' || (this.state === 'waiting' && this.#phase.reason === 'backoff')
    if (!isSkippable) return false
    for (const id of this.#refused.clear()) this.#watch.add(id)
    this.#note('retry asked for')
    this.#seek()
    return true
  }

  /** The machine slept or the loop stood still: whatever the socket says, it is taken for dead. */
  presumeDead(text: string): void {
    this.#replacement.cancel(text)
    this.#links.present?.suspect(text)
  }

  /** Asks for a sign of life: until it comes nothing is live here, and without it the link is dead. */
  doubt(): void {
    this.#links.doubt()
  }

  pauseReading(): void {
    this.#links.pauseReading()
  }

  resumeReading(): void {
    this.#links.resumeReading()
  }

  /** Looks after deadlines, liveness and market hours; called every second. */
  tick(): void {
    this.traffic.tick()
    this.#silence.age()
    this.#links.present?.tick()
    this.#replacement.tick()
    this.#followMarket()
    this.#replaceWhenDue()
  }

  /** Null when the instrument is not carried here, or the venue refused it. */
  activity(instrument: InstrumentId): Activity | null {
    return this.#watch.activity(instrument, this.#context.clock.monotonicMs())
  }

  /** Age of the last sign of life of the present socket, ms; null while there is none, or one is asked for. */
  heartbeatAgeMs(): number | null {
    return this.#links.present?.signAgeMs(this.#context.clock.monotonicMs()) ?? null
  }

  /** One sentence for each instrument that the venue refuses. */
  refusals(): readonly string[] {
    return this.#refused.sentences()
  }

  /** @param liveInstruments Those of its instruments that are live or quiet now. */
  row(liveInstruments: number): ConnectionRow {
    const link = this.#links.present
    return describeConnection(
      {
        phase: this.#phase,
        traffic: this.traffic,
        journal: this.#journal,
        instruments: this.#instruments
      },
      {
        id: this.id,
        venue: this.#context.venue.id,
        liveInstruments,
        lastDataMs: link?.lastDataMs ?? this.#lastDataMs,
        lastHeartbeatMs: link?.lastHeartbeatMs ?? this.#lastHeartbeatMs,
        reconnects: this.#reconnects,
        attempt: this.#attempts.inVain,
        nextAttemptMs: this.#attempts.nextMs
      }
    )
  }

  #wanted(): readonly Instrument[] {
    return this.#instruments.filter(({ id }) => !this.#refused.has(id))
  }

  #seek(): void {
    this.#attempts.cancel()
    const gate = this.#market.gate(this.#instruments)
    if (gate.kind === 'closed') {
      this.#waitForMarket(gate.connectMs)
      return
    }
    this.#enter('waiting', 'rate')
    this.#attempts.seek((ticket) => this.#connect(ticket))
  }

  #connect(ticket: ConnectTicket): void {
    const gate = this.#market.gate(this.#instruments)
    if (gate.kind === 'closed') {
      ticket.failed()
      this.#waitForMarket(gate.connectMs)
      return
    }
    this.#enter('connecting', null)
    this.#ending = 'retry'
    const link = this.#links.begin({
      watch: this.#watch,
      instruments: () => this.#wanted(),
      afterSilence: this.#afterSilence,
      listener: this.#linkListener(ticket)
    })
    link.open()
  }

  #linkListener(ticket: ConnectTicket): LinkListener {
    return {
      opened: () => {
        ticket.opened()
        this.#replacement.began()
        this.#enter('subscribing', null)
      },
      subscribed: () => this.#subscribed(),
      refused: (instruments, reason) => this.#instrumentsRefused(instruments, reason),
      suspected: (text) => {
        this.#context.log.warn('connection-suspected', { connection: this.id, text })
        if (this.state === 'live' || this.state === 'subscribing') this.#enter('stalled', text)
      },
      noticed: (code, text) => {
        this.#context.log.info('venue-notice', { connection: this.id, text })
        this.#note(text)
        if (code === 'shutdown') this.#endAnnounced()
      },
      ended: (cause) => {
        ticket.failed()
        this.#ended(cause)
      }
    }
  }

  #subscribed(): void {
    if (this.#wanted().length === 0 && this.#instruments.length > 0) {
      this.#leave('fail', 'the venue refused every instrument')
      return
    }
    if (this.state !== 'subscribing') return
    this.#hasBeenLive = true
    this.#enter('live', null)
    this.#replacement.endTurn()
  }

  #instrumentsRefused(ids: readonly InstrumentId[], reason: string): void {
    for (const id of ids) {
      if (!this.#instruments.some((each) => each.id === id) || !this.#refused.add(id, reason))
        continue
      this.#watch.remove(id)
      this.#context.log.warn('instrument-refused', { connection: this.id, instrument: id, reason })
      this.#note(`${id} refused: ${reason}`)
    }
  }

  /** Ends the present link on purpose. */
  #leave(ending: Ending, text: string): void {
    this.#replacement.cancel(text)
    this.#ending = ending
    if (this.state === 'subscribing' || this.state === 'live' || this.state === 'stalled') {
      if (ending !== 'fail') this.#enter('draining', null)
    }
    this.#links.present?.close(ownCause(ending === 'fail' ? 'refused' : 'normal', text))
  }

  #ended(cause: CloseCause): void {
    const { governor } = this.#context
    const link = this.#links.present
    invariant(link !== null, `${this.id}: a link ended that was not there`)
    const isPlanned = this.#ending === 'close' || this.#ending === 'again'
    this.#links.lost()
    this.#keepTimes(link)
    this.#afterSilence = cause.class === 'silence'
    this.#tellEnd(cause, isPlanned)
    if (this.#ending === 'close') {
      this.#enter('closed', null)
      this.#tellClosed()
      return
    }
    if (this.#ending === 'again') {
      this.#attempts.forget()
      this.#seek()
      return
    }
    if (this.#hasBeenLive) this.#reconnects += 1
    this.#hasBeenLive = false
    const heir = this.#replacement.takeHeir()
    if (heir !== null) {
      if (cause.class === 'rate') governor.pause(cause.retryAfterMs)
      this.#adopt(heir)
    } else if (cause.class === 'auth') {
      governor.pause(Math.max(refusedPauseMs, cause.retryAfterMs ?? 0))
      this.#fail(cause.text)
    } else if (this.#ending === 'fail') this.#fail(cause.text)
    else this.#retryAfter(cause, link.healthyMs)
  }

  #tellEnd(cause: CloseCause, isPlanned: boolean): void {
    const { class: kind, code, text } = cause
    this.#journal.close(cause)
    this.#options.onChanged(this.id)
    const fields = { connection: this.id, class: kind, code, text, attempt: this.#attempts.inVain }
    this.#context.log[isPlanned ? 'info' : 'warn']('connection-ended', fields)
  }

  #keepTimes(link: Link): void {
    this.#lastDataMs = link.lastDataMs ?? this.#lastDataMs
    this.#lastHeartbeatMs = link.lastHeartbeatMs ?? this.#lastHeartbeatMs
  }

  #tellClosed(): void {
    if (this.state === 'closed' && this.#links.areGone) this.#onClosed?.()
  }

  #createReplacement(): Replacement {
    return new Replacement({
      id: this.id,
      context: this.#context,
      links: this.#links,
      watch: () => this.#watch,
      wanted: () => this.#wanted(),
      noted: (text) => this.#note(text),
      mustBreak: (reason) => this.#leave('again', reason),
      overlapping: () => this.#enter('draining', 'handover'),
      handedOver: (heir) => this.#adopt(heir),
      stayed: () => {
        if (this.state === 'draining') this.#enter('live', null)
      }
    })
  }

  #replaceWhenDue(): void {
    if (this.state !== 'live') return
    if (this.#market.gate(this.#instruments).kind === 'open') this.#replacement.follow()
  }

  #endAnnounced(): void {
    this.#replacement.want({ reason: 'end announced by the venue', isUrgent: true })
    this.#replaceWhenDue()
  }

  /** Makes the new link of a handover the present one, however far it has come. */
  #adopt({ link, watch, stage, ticket, refused, isEnding }: Heir): void {
    const old = this.#links.present
    if (old !== null) this.#keepTimes(old)
    watch.inherit(this.#watch)
    this.#watch = watch
    this.#links.promote(link)
    link.listen(this.#linkListener(ticket))
    if (stage === 'overlapping') this.#enter('live', null)
    else {
      this.#enter('waiting', 'rate')
      this.#enter('connecting', null)
      if (stage === 'subscribing') this.#enter('subscribing', null)
    }
    this.#hasBeenLive = stage === 'overlapping'
    for (const [id, reason] of refused) this.#instrumentsRefused([id], reason)
    this.#replacement.began()
    if (isEnding) this.#endAnnounced()
  }

  #retryAfter(cause: CloseCause, healthyMs: number): void {
    const { governor, clock } = this.#context
    const delayMs = this.#attempts.lost(cause, healthyMs)
    if (cause.class !== 'rate') {
      this.#wait('waiting', 'backoff', delayMs)
      return
    }
    const { retryAfterMs } = cause
    governor.pause(retryAfterMs === null ? null : Math.max(retryAfterMs, delayMs))
    this.#seek()
    this.#attempts.expect(clock.nowMs() + governor.pausedMs())
  }

  #fail(text: string): void {
    this.#wait('failed', text, failedRetryMs)
  }

  #wait(state: 'waiting' | 'failed', reason: string, delayMs: number): void {
    this.#enter(state, reason)
    this.#attempts.wait(delayMs, () => this.#seek())
  }

  #waitForMarket(connectMs: number | null): void {
    this.#enter('waiting', 'market')
    this.#attempts.expect(connectMs)
  }

  #followMarket(): void {
    if (this.#options.marketHours === null || this.state === 'closed') return
    const gate = this.#market.gate(this.#instruments)
    if (this.state === 'waiting' && this.#phase.reason === 'market') {
      if (gate.kind === 'open') this.#seek()
      else this.#attempts.expect(gate.connectMs)
      return
    }
    const isOver = this.#market.isOver(gate)
    if (isOver && (this.state === 'live' || this.state === 'subscribing')) {
      this.#leave('again', marketClosed)
    }
  }

  #enter(state: ConnectionState, reason: string | null): void {
    const from = this.state
    if (!this.#phase.enter(state, reason)) return
    this.#context.log.info('connection-state', { connection: this.id, from, to: state, reason })
    this.#note(reason === null ? state : `${state} (${reason})`)
  }

  #note(text: string): void {
    this.#journal.note(text)
    this.#options.onChanged(this.id)
  }
}
