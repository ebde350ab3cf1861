import type { Trade } from '../../core/market/event.ts'
import type { ConnectionRow } from '../../contracts/state-rows.ts'
import type { ConnectionState } from '../../contracts/shapes.ts'
import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'
import { marketClosed } from '../../core/market/ledger/link-mark.ts'
import { createSilenceRule } from '../../core/market/silence.ts'
import type { SilenceRule } from '../../core/market/silence.ts'
import { ConnectionRoster } from './connection-roster.ts'
import { ConnectionStory } from './connection-story.ts'
import type { Activity } from './instrument-watch.ts'
import type { LinkContext } from './link-options.ts'
import { LinkSearch } from './link-search.ts'
import { LinkSuccession } from './link-succession.ts'
import { Links } from './links.ts'
import type { Witness } from './links.ts'
import { MarketFollower } from './market-follower.ts'
import type { MarketHours } from './market-hours.ts'
import { Replacement } from './replacement.ts'
import { Traffic } from './traffic.ts'

const silenceMs = { withHeartbeat: 15_000, without: 60_000 } as const

/** What a connection needs besides what all of its venue share. */
export type ConnectionOptions = {
  readonly id: string
  readonly context: LinkContext
  readonly instruments: readonly Instrument[]
  /** Null: connects at any hour. */
  readonly marketHours: MarketHours | null
  /** Of those that wait to connect the lowest goes first. */
  readonly rank: number
  /** State, instruments or log changed. */
  onChanged(connection: string): void
}

/**
 * One connection of a venue and its instruments, over as many sockets as it takes: one at a time, and
 * two while a planned end is handed over (docs/adr/0012-make-before-break.md).
 */
export class Connection {
  readonly id: string
  readonly traffic = new Traffic()
  readonly #options: ConnectionOptions
  readonly #context: LinkContext
  readonly #story: ConnectionStory
  readonly #silence: SilenceRule
  readonly #roster: ConnectionRoster
  readonly #market: MarketFollower
  readonly #links: Links
  readonly #replacement: Replacement
  readonly #search: LinkSearch
  readonly #succession: LinkSuccession
  #onClosed: (() => void) | null = null

  constructor(options: ConnectionOptions) {
    this.id = options.id
    this.#options = options
    this.#context = options.context
    this.#roster = new ConnectionRoster(options.instruments)
    const base = options.context.venue.heartbeatMs === null ? 'without' : 'withHeartbeat'
    this.#silence = createSilenceRule(silenceMs[base])
    const { context, marketHours } = options
    this.#story = new ConnectionStory({
      id: options.id,
      context,
      traffic: this.traffic,
      instruments: () => this.instruments,
      attempt: () => this.#search.inVain,
      onChanged: (connection) => options.onChanged(connection)
    })
    this.#market = new MarketFollower(marketHours, context.clock)
    this.#search = new LinkSearch({
      ...options,
      story: this.#story,
      market: this.#market,
      instruments: () => this.instruments,
      connect: (ticket) => this.#succession.begin(ticket)
    })
    const shared = { silence: this.#silence, traffic: this.traffic }
    this.#links = new Links(this.id, context, shared, () => this.#tellClosed())
    this.#replacement = this.#createReplacement()
    this.#succession = new LinkSuccession({
      id: options.id,
      context,
      story: this.#story,
      roster: this.#roster,
      market: this.#market,
      links: this.#links,
      search: this.#search,
      replacement: this.#replacement,
      onClosed: () => this.#tellClosed()
    })
  }

  get state(): ConnectionState {
    return this.#story.state
  }

  get instruments(): readonly Instrument[] {
    return this.#roster.instruments
  }

  /** It is not to be up now: its market is closed, or a person is needed. */
  get isResting(): boolean {
    const isClosed = this.state === 'waiting' && this.#story.reason === 'market'
    return isClosed || this.state === 'failed' || this.state === 'closed'
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
    return this.#roster.watch.newestId(id)
  }

  start(): void {
    this.#search.begin()
  }

  /** Closes it for good; resolves when its sockets are gone, within a second. @param reason As link marks tell it. */
  stop(reason = 'stopped'): Promise<void> {
    return new Promise((resolve) => {
      this.#onClosed = resolve
      this.#search.cancel()
      this.#replacement.cancel('stopped')
      this.#replacement.endTurn()
      this.#context.governor.forget(this.id)
      if (this.#links.present !== null) this.#succession.leave('close', reason)
      else if (this.state !== 'closed') this.#story.enter('closed', null)
      this.#tellClosed()
    })
  }

  addInstrument(instrument: Instrument): void {
    this.#roster.add(instrument)
    this.#links.present?.addInstrument(instrument)
    this.#replacement.addInstrument(instrument)
    this.#story.note(`${instrument.symbol} added`)
  }

  /** @param reason As link marks tell it. */
  removeInstrument(id: InstrumentId, reason = 'removed'): void {
    const removed = this.#roster.remove(id)
    if (removed === null) return
    const { instrument, wasRefused } = removed
    if (!wasRefused) {
      this.#links.present?.removeInstrument(instrument, reason)
      this.#replacement.removeInstrument(instrument)
    }
    this.#story.note(`${instrument.symbol} ${reason}`)
  }

  /** Replaces its link by a new one as soon as it is its turn; false when there is none to replace. */
  rotate(): boolean {
    if (!this.isCarrying) return false
    this.#replacement.want({ reason: 'asked for', isUrgent: false })
    this.#succession.replaceWhenDue()
    return true
  }

  /** Tells what comes on its present link. @returns How to end that. */
  witness(witness: Witness): () => void {
    return this.#links.witness(witness)
  }

  /** Skips a wait, or tries again what had failed, refused instruments included. False when there is nothing to skip. */
  retry(): boolean {
    const isOwnWait = this.state === 'failed' || this.#story.reason === 'backoff'
    if (isOwnWait) this.#roster.forgive()
    return this.#search.hurry()
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

  /** REST told the newest trade of one of its instruments. */
  told(trade: Trade): void {
    this.#links.present?.told(trade)
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
    if (!this.#market.isInSession(this.instruments)) this.#links.present?.rest()
    this.#links.present?.tick()
    this.#replacement.tick()
    this.#followMarket()
    this.#succession.replaceWhenDue()
    this.#succession.askAgain()
  }

  /** Null when the instrument is not carried here, or the venue refused it. */
  activity(instrument: InstrumentId): Activity | null {
    return this.#roster.watch.activity(instrument, this.#context.clock.monotonicMs())
  }

  /** Age of the last sign of life of the present socket, ms; null while there is none, or one is asked for. */
  heartbeatAgeMs(): number | null {
    return this.#links.present?.signAgeMs(this.#context.clock.monotonicMs()) ?? null
  }

  /** Whether the venue refuses an instrument that is to be carried here; also while it is asked for again. */
  refuses(id: InstrumentId): boolean {
    if (this.#roster.isRefused(id)) return true
    return this.#roster.wasRefused(id) && this.#links.present?.carries(id) !== true
  }

  /** One sentence for each instrument that the venue refuses, and for what it holds against the connection. */
  refusals(): readonly string[] {
    const { complaint } = this.#succession
    const broken = complaint === null ? [] : [`${this.id} broke a rule: ${complaint}`]
    return [...broken, ...this.#roster.refusals()]
  }

  /** @param liveInstruments Those of its instruments that are live or quiet now. */
  row(liveInstruments: number): ConnectionRow {
    const { nextMs } = this.#search
    return this.#story.row({ link: this.#links.present, liveInstruments, nextAttemptMs: nextMs })
  }

  #tellClosed(): void {
    if (this.state === 'closed' && this.#links.areGone) this.#onClosed?.()
  }

  #createReplacement(): Replacement {
    return new Replacement({
      id: this.id,
      context: this.#context,
      links: this.#links,
      watch: () => this.#roster.watch,
      wanted: () => this.#roster.wanted(),
      noted: (text) => this.#story.note(text),
      mustBreak: (reason) => this.#succession.leave('again', reason),
      overlapping: () => this.#story.enter('draining', 'handover'),
      handedOver: (heir) => this.#succession.adopt(heir),
      stayed: () => {
        if (this.state === 'draining') this.#story.enter('live', null)
      }
    })
  }

  #followMarket(): void {
    if (this.#options.marketHours === null || this.state === 'closed') return
    if (this.#search.followMarket()) return
    const gate = this.#market.gate(this.instruments)
    const link = this.#links.present
    if (
      this.state === 'live' &&
      link !== null &&
      this.#market.takeLateOpen(gate, link.lastDataMs)
    ) {
      link.suspect('no data within 30 s of the open')
      return
    }
    const isOver = this.#market.isOver(gate)
    if (isOver && (this.state === 'live' || this.state === 'subscribing')) {
      this.#succession.leave('again', marketClosed)
    }
  }
}
