import type { ConnectionRow } from '../../contracts/state-rows.ts'
import type { ConnectionState } from '../../contracts/shapes.ts'
import { emptyLatencyCounts, latencyQuantile } from '../../core/market/latency-window.ts'
import { planRetry } from '../../core/market/backoff.ts'
import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'
import { createSilenceRule } from '../../core/market/silence.ts'
import type { SilenceRule } from '../../core/market/silence.ts'
import { invariant } from '../../core/invariant.ts'
import type { Timer } from './clock.ts'
import { ownCause } from './close-cause.ts'
import type { CloseCause } from './close-cause.ts'
import { ConnectionPhase } from './connection-phase.ts'
import type { Admission, ConnectTicket } from './governor.ts'
import { InstrumentWatch } from './instrument-watch.ts'
import type { Activity } from './instrument-watch.ts'
import { Journal } from './journal.ts'
import { Link } from './link.ts'
import type { LinkContext, LinkListener } from './link-options.ts'
import { judgeMarket } from './market-hours.ts'
import type { MarketHours } from './market-hours.ts'
import { Traffic } from './traffic.ts'

const silenceMs = { withHeartbeat: 15_000, without: 60_000 } as const
const refusedPauseMs = 300_000
const failedRetryMs = 600_000
const lateTradesMs = 300_000

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
type Ending = 'retry' | 'market' | 'fail' | 'close'

/** One connection of a venue and its instruments, over as many sockets as it takes, one at a time. */
export class Connection {
  readonly id: string
  readonly traffic = new Traffic()
  readonly #options: ConnectionOptions
  readonly #context: LinkContext
  readonly #watch = new InstrumentWatch()
  readonly #journal: Journal
  readonly #silence: SilenceRule
  #instruments: readonly Instrument[]
  readonly #refused = new Map<InstrumentId, string>()
  readonly #phase: ConnectionPhase
  #link: Link | null = null
  #ending: Ending = 'retry'
  #admission: Admission | null = null
  #timer: Timer | null = null
  #attempt = 0
  #nextAttemptMs: number | null = null
  #reconnects = 0
  #hasBeenLive = false
  #afterSilence = false
  #isReadingPaused = false
  #marketClosedMs: number | null = null
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
  }

  get state(): ConnectionState {
    return this.#phase.state
  }

  get instruments(): readonly Instrument[] {
    return this.#instruments
  }

  start(): void {
    this.#seek()
  }

  /** Closes it for good; resolves when its socket is gone, within a second. */
  stop(): Promise<void> {
    if (this.state === 'closed') return Promise.resolve()
    this.#cancelWaiting()
    if (this.#link === null) {
      this.#enter('closed', null)
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      this.#onClosed = resolve
      this.#leave('close', 'stopped')
    })
  }

  addInstrument(instrument: Instrument): void {
    this.#instruments = [...this.#instruments, instrument]
    this.#watch.add(instrument.id)
    this.#link?.addInstrument(instrument)
    this.#note(`${instrument.symbol} added`)
  }

  removeInstrument(id: InstrumentId): void {
    const instrument = this.#instruments.find((each) => each.id === id)
    if (instrument === undefined) return
    this.#instruments = this.#instruments.filter((each) => each !== instrument)
    this.#watch.remove(id)
    if (!this.#refused.delete(id)) this.#link?.removeInstrument(instrument)
    this.#note(`${instrument.symbol} removed`)
  }

  /** Skips a wait, or tries again what had failed, refused instruments included. False when there is nothing to skip. */
  retry(): boolean {
    const isSkippable =
      this.state === 'failed' || (this.state === 'waiting' && this.#phase.reason === 'backoff')
    if (!isSkippable) return false
    for (const id of this.#refused.keys()) this.#watch.add(id)
    this.#refused.clear()
    this.#note('retry asked for')
    this.#seek()
    return true
  }

  /** The machine slept or the loop stood still: whatever the socket says, it is taken for dead. */
  presumeDead(text: string): void {
    this.#link?.suspect(text)
  }

  /** Asks for a sign of life: until it comes nothing is live here, and without it the link is dead. */
  doubt(): void {
    this.#link?.doubt()
  }

  pauseReading(): void {
    this.#isReadingPaused = true
    this.#link?.pauseReading()
  }

  resumeReading(): void {
    this.#isReadingPaused = false
    this.#link?.resumeReading()
  }

  /** Looks after deadlines, liveness and market hours; called every second. */
  tick(): void {
    this.traffic.tick()
    this.#silence.age()
    this.#link?.tick()
    this.#followMarket()
  }

  /** Null when the instrument is not carried here, or the venue refused it. */
  activity(instrument: InstrumentId): Activity | null {
    return this.#watch.activity(instrument, this.#context.clock.monotonicMs())
  }

  /** Age of the last sign of life of the present socket, ms; null while there is none, or one is asked for. */
  heartbeatAgeMs(): number | null {
    return this.#link?.signAgeMs(this.#context.clock.monotonicMs()) ?? null
  }

  /** One sentence for each instrument that the venue refuses. */
  refusals(): readonly string[] {
    return [...this.#refused].map(([id, reason]) => `${id} is refused by the venue: ${reason}`)
  }

  /** @param liveInstruments Those of its instruments that are live or quiet now. */
  row(liveInstruments: number): ConnectionRow {
    const counts = emptyLatencyCounts()
    this.traffic.latency.addTo(counts)
    return {
      id: this.id,
      venue: this.#context.venue.id,
      state: this.state,
      reason: this.#phase.reason,
      sinceMs: this.#phase.sinceMs,
      downSinceMs: this.#phase.downSinceMs,
      instruments: this.#instruments.map(({ id }) => id),
      liveInstruments,
      messagesPerSecond: this.traffic.messagesPerSecond(),
      lastDataMs: this.#link?.lastDataMs ?? this.#lastDataMs,
      lastHeartbeatMs: this.#link?.lastHeartbeatMs ?? this.#lastHeartbeatMs,
      latencyP50Ms: latencyQuantile(counts, 0.5),
      latencyP99Ms: latencyQuantile(counts, 0.99),
      reconnects: this.#reconnects,
      attempt: this.state === 'live' ? 0 : this.#attempt,
      nextAttemptMs: this.#nextAttemptMs,
      rejectedFrames: this.traffic.rejected,
      history: this.traffic.history(),
      lastClose: this.#journal.lastClose,
      log: this.#journal.lines
    }
  }

  #wanted(): readonly Instrument[] {
    return this.#instruments.filter(({ id }) => !this.#refused.has(id))
  }

  #seek(): void {
    this.#cancelWaiting()
    const gate = this.#market()
    if (gate.kind === 'closed') {
      this.#waitForMarket(gate.connectMs)
      return
    }
    this.#enter('waiting', 'rate')
    this.#admission = this.#context.governor.admit((ticket) => this.#connect(ticket))
  }

  #connect(ticket: ConnectTicket): void {
    this.#admission = null
    const gate = this.#market()
    if (gate.kind === 'closed') {
      ticket.failed()
      this.#waitForMarket(gate.connectMs)
      return
    }
    this.#enter('connecting', null)
    this.#ending = 'retry'
    const link = new Link({
      context: this.#context,
      name: this.id,
      instruments: () => this.#wanted(),
      watch: this.#watch,
      silence: this.#silence,
      traffic: this.traffic,
      afterSilence: this.#afterSilence,
      listener: this.#linkListener(ticket)
    })
    this.#link = link
    if (this.#isReadingPaused) link.pauseReading()
    link.open()
  }

  #linkListener(ticket: ConnectTicket): LinkListener {
    return {
      opened: () => {
        ticket.opened()
        this.#enter('subscribing', null)
      },
      subscribed: () => this.#subscribed(),
      refused: (instruments, reason) => this.#instrumentsRefused(instruments, reason),
      suspected: (text) => {
        this.#context.log.warn('connection-suspected', { connection: this.id, text })
        if (this.state === 'live' || this.state === 'subscribing') this.#enter('stalled', text)
      },
      noticed: (text) => {
        this.#context.log.info('venue-notice', { connection: this.id, text })
        this.#note(text)
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
  }

  #instrumentsRefused(ids: readonly InstrumentId[], reason: string): void {
    for (const id of ids) {
      if (this.#refused.has(id) || !this.#instruments.some((each) => each.id === id)) continue
      this.#refused.set(id, reason)
      this.#watch.remove(id)
      this.#context.log.warn('instrument-refused', { connection: this.id, instrument: id, reason })
      this.#note(`${id} refused: ${reason}`)
    }
  }

  /** Ends the present link on purpose. */
  #leave(ending: Ending, text: string): void {
    this.#ending = ending
    if (this.state === 'subscribing' || this.state === 'live' || this.state === 'stalled') {
      if (ending !== 'fail') this.#enter('draining', null)
    }
    this.#link?.close(ownCause(ending === 'fail' ? 'refused' : 'normal', text))
  }

  #ended(cause: CloseCause): void {
    const { governor, log } = this.#context
    const link = this.#link
    invariant(link !== null, `${this.id}: a link ended that was not there`)
    this.#link = null
    this.#lastDataMs = link.lastDataMs ?? this.#lastDataMs
    this.#lastHeartbeatMs = link.lastHeartbeatMs ?? this.#lastHeartbeatMs
    this.#afterSilence = cause.class === 'silence'
    this.#journal.close(cause)
    this.#options.onChanged(this.id)
    const { class: kind, code, text } = cause
    const fields = { connection: this.id, class: kind, code, text, attempt: this.#attempt }
    if (this.#ending === 'close') {
      log.info('connection-ended', fields)
      this.#enter('closed', null)
      this.#onClosed?.()
      return
    }
    if (this.#ending === 'market') {
      log.info('connection-ended', fields)
      this.#attempt = 0
      this.#seek()
      return
    }
    log.warn('connection-ended', fields)
    if (this.#hasBeenLive) this.#reconnects += 1
    this.#hasBeenLive = false
    if (kind === 'auth') {
      governor.pause(Math.max(refusedPauseMs, cause.retryAfterMs ?? 0))
      this.#fail(text)
    } else if (this.#ending === 'fail') this.#fail(text)
    else this.#retryAfter(cause, link.healthyMs)
  }

  #retryAfter(cause: CloseCause, healthyMs: number): void {
    const { random, governor } = this.#context
    const retry = planRetry({ attempt: this.#attempt, healthyMs }, random)
    this.#attempt = retry.attempt
    if (cause.class === 'rate') {
      const { retryAfterMs } = cause
      governor.pause(retryAfterMs === null ? null : Math.max(retryAfterMs, retry.delayMs))
      this.#seek()
      this.#nextAttemptMs = this.#context.clock.nowMs() + governor.pausedMs()
      return
    }
    const spreadMs = cause.spreadMs === 0 ? 0 : random() * cause.spreadMs
    this.#wait('waiting', 'backoff', Math.max(retry.delayMs, cause.leastDelayMs) + spreadMs)
  }

  #fail(text: string): void {
    this.#wait('failed', text, failedRetryMs)
  }

  #wait(state: 'waiting' | 'failed', reason: string, delayMs: number): void {
    const { clock } = this.#context
    this.#enter(state, reason)
    this.#nextAttemptMs = clock.nowMs() + delayMs
    this.#timer = clock.after(delayMs, () => this.#seek())
  }

  #waitForMarket(connectMs: number | null): void {
    this.#enter('waiting', 'market')
    this.#nextAttemptMs = connectMs
  }

  #followMarket(): void {
    if (this.#options.marketHours === null || this.state === 'closed') return
    const gate = this.#market()
    if (this.state === 'waiting' && this.#phase.reason === 'market') {
      if (gate.kind === 'open') this.#seek()
      else this.#nextAttemptMs = gate.connectMs
      return
    }
    if (gate.kind === 'open') {
      this.#marketClosedMs = null
      return
    }
    const nowMs = this.#context.clock.monotonicMs()
    this.#marketClosedMs ??= nowMs
    const isOver = nowMs - this.#marketClosedMs >= lateTradesMs
    if (isOver && (this.state === 'live' || this.state === 'subscribing')) {
      this.#leave('market', 'market closed')
    }
  }

  #market(): ReturnType<typeof judgeMarket> {
    return judgeMarket(this.#instruments, this.#options.marketHours, this.#context.clock.nowMs())
  }

  #cancelWaiting(): void {
    this.#admission?.cancel()
    this.#admission = null
    this.#timer?.cancel()
    this.#timer = null
    this.#nextAttemptMs = null
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
