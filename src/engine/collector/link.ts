import type { MarketEvent, Trade } from '../../core/market/event.ts'
import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'
import type { Timer } from './clock.ts'
import { judgeEnd, ownCause, unansweredCause } from './close-cause.ts'
import type { CloseCause } from './close-cause.ts'
import { FrameIntake } from './frame-intake.ts'
import type { FrameTap } from './frame-tap.ts'
import { KeepAlive } from './keep-alive.ts'
import { LinkAccount } from './link-account.ts'
import type { LinkContext, LinkListener, LinkOptions } from './link-options.ts'
import { LinkVigil } from './link-vigil.ts'
import type { FrameTaker } from './receive-queue.ts'
import { redact } from './redaction.ts'
import type { Socket, SocketEnd, SocketListener } from './socket.ts'
import { Subscriptions } from './subscriptions.ts'
import type { SubscriptionListener } from './subscriptions.ts'
import { VenueWord } from './venue-word.ts'

const openWithinMs = 10_000
const closeWithinMs = 500

/**
 * One socket's life, from the attempt to its end: handshake, subscriptions, frames, liveness.
 *
 * It never opens a second socket; what comes after is its connection's concern.
 */
export class Link implements FrameTaker {
  readonly #options: LinkOptions
  readonly #context: LinkContext
  readonly #subscriptions: Subscriptions
  readonly #intake: FrameIntake
  readonly #account: LinkAccount
  readonly #keepAlive: KeepAlive
  readonly #vigil: LinkVigil
  readonly #word: VenueWord
  readonly #tap: FrameTap | null
  #listener: LinkListener
  #socket: Socket | null = null
  #deadline: Timer | null = null
  #phase: 'opening' | 'authorizing' | 'open' | 'ended' = 'opening'
  #cause: CloseCause | null = null
  /** Since when reading is paused, monotonic; null while it is not. */
  #pausedMs: number | null = null

  constructor(options: LinkOptions) {
    this.#options = options
    this.#context = options.context
    this.#listener = options.listener
    options.context.linkNames.add(options.name)
    const { venue, clock, tap = null } = options.context
    this.#tap = tap
    this.#vigil = new LinkVigil(options, {
      socket: () => this.#socket,
      isWatched: () => this.#isWatched,
      isSettled: () => this.#subscriptions.isSettled,
      suspect: (text) => this.suspect(text)
    })
    this.#intake = new FrameIntake(options, this.#vigil.liveness)
    this.#account = new LinkAccount(options, this.#intake)
    this.#keepAlive = new KeepAlive(venue.keepAlive)
    const listener: SubscriptionListener = {
      send: (frame) => this.#send(frame),
      refused: (instruments, reason) => this.#notGiven(instruments, this.#redact(reason)),
      settled: () => this.#settled(),
      unanswered: () => this.abandon(unansweredCause('subscription twice without an answer'))
    }
    this.#subscriptions = new Subscriptions(venue, clock, listener, options.batch)
    this.#word = new VenueWord({
      context: options.context,
      subscriptions: this.#subscriptions,
      authorized: () => this.#authorized(),
      abandon: (cause) => this.abandon(cause),
      noticed: (code, text) => this.#listener.noticed(code, text),
      unread: (reason) => this.#account.unread(reason)
    })
  }

  get isOpen(): boolean {
    return this.#phase === 'authorizing' || this.#phase === 'open'
  }

  /** Open, read from and not being ended. */
  get #isWatched(): boolean {
    return this.isOpen && this.#cause === null && this.#pausedMs === null
  }

  get name(): string {
    return this.#options.name
  }

  /** Whether the venue agreed to send this instrument here. */
  carries(instrument: InstrumentId): boolean {
    return this.#account.carries(instrument)
  }

  /** Hands it to another listener, who hears all that is to come. */
  listen(listener: LinkListener): void {
    this.#listener = listener
  }

  /** Whether what it brings counts as traffic; not so while it brings what another link brings too. */
  set isCounted(isCounted: boolean) {
    this.#intake.isCounted = isCounted
  }

  /** Hears its events after they were handed on. */
  set witness(witness: ((events: readonly MarketEvent[]) => void) | null) {
    this.#intake.witness = witness
  }

  /** How long it has carried healthy data, ms. */
  get healthyMs(): number {
    return this.#intake.healthyMs
  }

  /** Epoch ms of the last data; null before. */
  get lastDataMs(): number | null {
    return this.#intake.lastDataMs
  }

  /** Epoch ms of the last heartbeat, or pong where the venue sends none; null before. */
  get lastHeartbeatMs(): number | null {
    return this.#intake.lastHeartbeatMs
  }

  /** Age of the last sign of life, ms; null before the socket opened, and while it is in doubt. */
  signAgeMs(nowMs: number): number | null {
    return this.isOpen && !this.#vigil.liveness.isDoubted
      ? this.#vigil.liveness.signAgeMs(nowMs)
      : null
  }

  open(): void {
    const { venue, wsUrl, apiKey, userAgent, sockets } = this.#context
    this.#startDeadline('no open connection')
    const settings = {
      handshakeTimeoutMs: openWithinMs,
      maxFrameBytes: venue.limits.maxFrameBytes,
      compress: venue.compress,
      userAgent
    }
    this.#socket = sockets.open(venue.connectUrl(wsUrl, apiKey), settings, this.#socketListener())
  }

  /** Ends it at once; the cause is what will be told. */
  abandon(cause: CloseCause): void {
    if (this.#phase === 'ended' || this.#cause !== null) return
    this.#cause = cause
    this.#subscriptions.close()
    this.#socket?.terminate()
  }

  /** Ends it politely, within half a second. */
  close(cause: CloseCause): void {
    if (!this.isOpen) {
      this.abandon(cause)
      return
    }
    if (this.#cause !== null) return
    this.#cause = cause
    this.#subscriptions.close()
    this.#deadline?.cancel()
    this.#deadline = this.#context.clock.after(closeWithinMs, () => this.#socket?.terminate())
    if (this.#pausedMs !== null) this.#socket?.resume()
    this.#socket?.close()
  }

  /** Follows a list that gained an instrument; a link not yet open subscribes the whole list later. */
  addInstrument(instrument: Instrument): void {
    this.#intake.expect(this.#options.instruments())
    if (this.#phase === 'open') this.#subscriptions.subscribe([instrument])
  }

  /** @param reason As link marks tell it. */
  removeInstrument(instrument: Instrument, reason = 'removed'): void {
    this.#account.letGo([instrument.id], reason)
    if (this.#phase === 'open') this.#subscriptions.unsubscribe([instrument])
  }

  pauseReading(): void {
    this.#pausedMs ??= this.#context.clock.monotonicMs()
    if (this.isOpen) this.#socket?.pause()
  }

  resumeReading(): void {
    if (this.#pausedMs === null) return
    const nowMs = this.#context.clock.monotonicMs()
    this.#vigil.liveness.excuse(nowMs, nowMs - this.#pausedMs)
    this.#pausedMs = null
    if (this.isOpen) this.#socket?.resume()
  }

  /** Asks for a sign of life; without one within 5 s it is taken for dead. */
  doubt(): void {
    if (!this.isOpen || this.#cause !== null) return
    this.#vigil.liveness.doubt(this.#context.clock.monotonicMs())
    this.#socket?.ping()
  }

  /** Looks after what is due; called every second. */
  tick(): void {
    if (!this.#isWatched) return
    if (this.#phase === 'open') this.#subscriptions.tick()
    if (this.#subscriptions.isSettled) this.#account.resume()
    if (!this.#vigil.tick()) return
    const nowMs = this.#context.clock.monotonicMs()
    if (this.#subscriptions.isSettled && this.#options.watch.areProvenQuiet(nowMs)) {
      this.#intake.noteHealthy(nowMs)
    }
    const frame = this.#keepAlive.takeDue(nowMs)
    if (frame !== null) this.#subscriptions.sendControl(frame)
  }

  /** REST told the newest trade of an instrument; one that did not come ends the link. */
  told(trade: Trade): void {
    this.#vigil.told(trade)
  }

  /** No market of its instruments is open now: its silence is not held against it. */
  rest(): void {
    this.#vigil.liveness.rest(this.#context.clock.monotonicMs())
  }

  /** Takes the link for dead, whatever it looks like. */
  suspect(text: string): void {
    if (this.#phase === 'ended' || this.#cause !== null) return
    this.#listener.suspected(text)
    this.abandon(ownCause('silence', text))
  }

  /** Takes in a frame that its socket received. */
  take(data: Buffer, receivedMs: number, atMs: number): void {
    const control = this.#intake.take(data, receivedMs, atMs)
    if (control !== null && this.#cause === null) this.#word.hear(control)
  }

  #socketListener(): SocketListener {
    return {
      opened: () => this.#opened(),
      frame: (data) => this.#received(data),
      binary: (data) => this.#receivedBinary(data),
      pinged: () => this.#pinged(),
      pong: () => this.#pong(),
      ended: (end) => this.#ended(end)
    }
  }

  #opened(): void {
    if (this.#phase !== 'opening' || this.#cause !== null) return
    const { venue, wsUrl, apiKey, clock } = this.#context
    this.#tap?.connected(this.name, venue.connectUrl(wsUrl, apiKey), clock.nowMs())
    this.#deadline?.cancel()
    this.#vigil.opened()
    this.#intake.reopen(this.#vigil.liveness)
    this.#keepAlive.opened(this.#context.clock.monotonicMs())
    this.#account.opened()
    this.#phase = 'authorizing'
    this.#listener.opened()
    if (this.#pausedMs !== null) this.#socket?.pause()
    if (venue.handshake === 'open') this.#authorized()
    else this.#startDeadline('no authorization')
  }

  #authorized(): void {
    if (this.#phase !== 'authorizing') return
    this.#deadline?.cancel()
    this.#phase = 'open'
    this.#subscriptions.subscribe(this.#options.instruments())
  }

  #settled(): void {
    this.#vigil.settled()
    this.#account.settled()
    this.#listener.subscribed()
  }

  #notGiven(instruments: readonly InstrumentId[], reason: string): void {
    this.#account.letGo(instruments, `refused: ${reason}`)
    this.#listener.refused(instruments, reason)
  }

  #received(data: Buffer): void {
    if (!this.isOpen) return
    const { clock, received } = this.#context
    const receivedMs = clock.nowMs()
    this.#tap?.received(this.name, data, receivedMs)
    received.add({ taker: this, data, receivedMs, atMs: clock.monotonicMs() })
  }

  #receivedBinary(data: Buffer): void {
    this.#tap?.binary(this.name, data, this.#context.clock.nowMs())
    this.#intake.takeBinary(data)
  }

  #send(frame: string): void {
    this.#tap?.sent(this.name, frame, this.#context.clock.nowMs())
    this.#socket?.send(frame)
  }

  #pinged(): void {
    this.#vigil.liveness.sign(this.#context.clock.monotonicMs())
    this.#intake.lastFrameMs = this.#context.clock.nowMs()
  }

  #pong(): void {
    this.#vigil.liveness.pong(this.#context.clock.monotonicMs())
    this.#intake.lastFrameMs = this.#context.clock.nowMs()
    if (this.#context.venue.heartbeatMs !== null) return
    this.#intake.lastHeartbeatMs = this.#context.clock.nowMs()
  }

  /** Its end is told after all that it received, however long that takes. */
  #ended(end: SocketEnd): void {
    const endedMs = this.#context.clock.nowMs()
    this.#context.received.whenTaken(this, () => this.#leave(end, endedMs))
  }

  #leave(end: SocketEnd, endedMs: number): void {
    if (this.#phase === 'ended') return
    const wasOpen = this.isOpen
    this.#phase = 'ended'
    this.#context.linkNames.delete(this.#options.name)
    this.#deadline?.cancel()
    this.#vigil.close()
    this.#subscriptions.close()
    const cause = this.#cause ?? judgeEnd(end, this.#context.venue.closeRules)
    const isAnswered = this.#cause?.class === 'normal' && end.kind === 'closed' && end.code === 1000
    const text = this.#redact(cause.text)
    if (wasOpen) this.#tap?.closed(this.name, text, endedMs)
    if (isAnswered) this.#account.drained(endedMs, text)
    else if (cause.class === 'silence') this.#account.fellSilent(text)
    else this.#account.ended(text)
    this.#listener.ended({ ...cause, text })
  }

  #startDeadline(what: string): void {
    this.#deadline = this.#context.clock.after(openWithinMs, () =>
      this.abandon(ownCause('timeout', `${what} within ${openWithinMs} ms`))
    )
  }

  #redact(text: string): string {
    return redact(text, this.#context.apiKey)
  }
}
