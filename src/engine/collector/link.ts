import type { MarketEvent } from '../../core/market/event.ts'
import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'
import type { Random } from '../../core/market/random.ts'
import type { SilenceRule } from '../../core/market/silence.ts'
import type { FrameParser, ParsedFrame, Venue } from '../../venues/venue.ts'
import type { Clock, Timer } from './clock.ts'
import { judgeEnd, ownCause } from './close-cause.ts'
import type { CloseCause } from './close-cause.ts'
import type { Governor } from './governor.ts'
import type { InstrumentWatch } from './instrument-watch.ts'
import { Liveness } from './liveness.ts'
import type { Log } from './log.ts'
import { redact, sampleText } from './redaction.ts'
import type { Socket, SocketEnd, SocketFactory, SocketListener } from './socket.ts'
import { Subscriptions } from './subscriptions.ts'
import type { Refused } from './subscriptions.ts'
import type { Traffic } from './traffic.ts'

const openWithinMs = 10_000
const closeWithinMs = 500

/** What all connections of a venue share. */
export type LinkContext = {
  readonly venue: Venue
  readonly wsUrl: string
  readonly apiKey: string | null
  readonly userAgent: string
  readonly clock: Clock
  readonly random: Random
  readonly sockets: SocketFactory
  readonly governor: Governor
  readonly log: Log
  /** Called within the frame's own turn; must be quick. */
  onEvents(connection: string, events: readonly MarketEvent[], receivedMs: number): void
}

/** What a link needs from its connection, and leaves behind there. */
export type LinkOptions = {
  readonly context: LinkContext
  /** Id of the connection. */
  readonly connection: string
  readonly instruments: readonly Instrument[]
  readonly watch: InstrumentWatch
  readonly silence: SilenceRule
  readonly traffic: Traffic
  /** The link before was ended for its silence. */
  readonly afterSilence: boolean
  readonly listener: LinkListener
}

/** Hears one link. `ended` comes once, last. */
export type LinkListener = {
  opened(): void
  /** All subscriptions are settled: data may be expected. */
  subscribed(): void
  refused(instruments: readonly InstrumentId[], reason: string): void
  /** A detector fired; the link is being ended. */
  suspected(text: string): void
  noticed(text: string): void
  ended(cause: CloseCause): void
}

/**
 * One socket's life, from the attempt to its end: handshake, subscriptions, frames, liveness.
 *
 * It never opens a second socket; what comes after is its connection's concern.
 */
export class Link {
  /** Epoch ms of the last data and the last sign of life of the venue; null before. */
  lastDataMs: number | null = null
  lastHeartbeatMs: number | null = null
  readonly #options: LinkOptions
  readonly #context: LinkContext
  readonly #subscriptions: Subscriptions
  #parser: FrameParser
  #liveness: Liveness
  #socket: Socket | null = null
  #deadline: Timer | null = null
  #phase: 'opening' | 'authorizing' | 'open' | 'ended' = 'opening'
  #cause: CloseCause | null = null
  #isReadingPaused = false
  #healthySinceMs = -1
  #healthyUntilMs = -1
  #keptAliveMs = 0
  #keepAlives = 0

  constructor(options: LinkOptions) {
    this.#options = options
    this.#context = options.context
    const { venue, clock } = options.context
    this.#parser = this.#createParser(options.instruments)
    this.#liveness = this.#createLiveness()
    this.#subscriptions = new Subscriptions(venue, clock, {
      send: (frame) => this.#socket?.send(frame),
      refused: (instruments, reason) => options.listener.refused(instruments, this.#redact(reason)),
      settled: () => options.listener.subscribed(),
      unanswered: () => this.abandon(ownCause('timeout', 'subscription twice without an answer'))
    })
  }

  get isOpen(): boolean {
    return this.#phase === 'authorizing' || this.#phase === 'open'
  }

  /** How long it has carried healthy data, ms. */
  get healthyMs(): number {
    return this.#healthyUntilMs - this.#healthySinceMs
  }

  /** Age of the last sign of life, ms; null before the socket opened. */
  signAgeMs(nowMs: number): number | null {
    return this.isOpen ? this.#liveness.signAgeMs(nowMs) : null
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
    if (this.#isReadingPaused) this.#socket?.resume()
    this.#socket?.close()
  }

  addInstrument(instrument: Instrument, all: readonly Instrument[]): void {
    if (this.#parser.expect !== undefined) this.#parser.expect(all)
    else this.#parser = this.#createParser(all)
    if (this.#phase === 'open') this.#subscriptions.subscribe([instrument])
  }

  removeInstrument(instrument: Instrument): void {
    if (this.#phase === 'open') this.#subscriptions.unsubscribe([instrument])
  }

  pauseReading(): void {
    this.#isReadingPaused = true
    if (this.isOpen) this.#socket?.pause()
  }

  resumeReading(): void {
    if (!this.#isReadingPaused) return
    this.#isReadingPaused = false
    this.#liveness.excuse(this.#context.clock.monotonicMs())
    if (this.isOpen) this.#socket?.resume()
  }

  /** Looks after what is due; called every second. */
  tick(): void {
    if (!this.isOpen || this.#cause !== null || this.#isReadingPaused) return
    const nowMs = this.#context.clock.monotonicMs()
    if (this.#phase === 'open') this.#subscriptions.tick()
    const suspicion = this.#liveness.check(nowMs)
    if (suspicion !== null) {
      this.suspect(suspicion.text)
      return
    }
    if (this.#subscriptions.isSettled && this.#options.watch.isProvenQuiet(nowMs)) {
      this.#noteHealthy(nowMs)
    }
    if (this.#liveness.takePing(nowMs)) this.#socket?.ping()
    this.#keepAlive(nowMs)
  }

  /** Takes the link for dead, whatever it looks like. */
  suspect(text: string): void {
    if (this.#phase === 'ended' || this.#cause !== null) return
    this.#options.listener.suspected(text)
    this.abandon(ownCause('silence', text))
  }

  #socketListener(): SocketListener {
    return {
      opened: () => this.#opened(),
      frame: (data) => this.#frame(data),
      binary: (data) => this.#odd({ sort: 'unknown', kind: 'binary frame' }, data),
      pinged: () => this.#liveness.sign(this.#context.clock.monotonicMs()),
      pong: () => this.#pong(),
      ended: (end) => this.#ended(end)
    }
  }

  #opened(): void {
    if (this.#phase !== 'opening' || this.#cause !== null) return
    this.#deadline?.cancel()
    this.#liveness = this.#createLiveness()
    this.#keptAliveMs = this.#context.clock.monotonicMs()
    this.#options.watch.reopened()
    this.#phase = 'authorizing'
    this.#options.listener.opened()
    if (this.#isReadingPaused) this.#socket?.pause()
    if (this.#context.venue.handshake === 'open') this.#authorized()
    else this.#startDeadline('no authorization')
  }

  #authorized(): void {
    if (this.#phase !== 'authorizing') return
    this.#deadline?.cancel()
    this.#phase = 'open'
    this.#subscriptions.subscribe(this.#options.instruments)
  }

  #frame(data: Buffer): void {
    if (!this.isOpen) return
    const { clock } = this.#context
    const receivedMs = clock.nowMs()
    const atMs = clock.monotonicMs()
    this.#options.traffic.message(data.length)
    this.#liveness.sign(atMs)
    const parsed = this.#parse(data, receivedMs)
    if (parsed.kind === 'events') this.#events(parsed.events, { receivedMs, atMs })
    else if (this.#cause === null) this.#control(parsed, data)
  }

  #parse(data: Buffer, receivedMs: number): ParsedFrame {
    try {
      return this.#parser.parse(data, receivedMs)
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      return { kind: 'rejected', reason: `parser threw: ${text}` }
    }
  }

  #events(
    events: readonly MarketEvent[],
    { receivedMs, atMs }: { readonly receivedMs: number; readonly atMs: number }
  ): void {
    const { watch, traffic } = this.#options
    let hasData = false
    let hasTrade = false
    for (const event of events) {
      watch.note(event, atMs)
      if (event.kind === 'trade') {
        hasTrade = true
        traffic.latency.record(receivedMs - event.eventMs)
      } else if (event.kind === 'heartbeat') this.lastHeartbeatMs = receivedMs
      else if (event.kind !== 'anchor') hasData = true
    }
    if (hasData || hasTrade) {
      this.lastDataMs = receivedMs
      this.#liveness.data(atMs, hasTrade)
      this.#noteHealthy(atMs)
    }
    this.#context.onEvents(this.#options.connection, events, receivedMs)
  }

  #control(parsed: Exclude<ParsedFrame, { kind: 'events' }>, data: Buffer): void {
    switch (parsed.kind) {
      case 'authorized':
        this.#authorized()
        return
      case 'acknowledged':
        this.#subscriptions.acknowledged(parsed)
        return
      case 'refused':
        this.#refused(parsed)
        return
      case 'pong':
        this.lastHeartbeatMs = this.#context.clock.nowMs()
        return
      case 'notice':
        if (parsed.code === 'rate') this.#context.governor.pause(null)
        this.#options.listener.noticed(`venue says: ${this.#sample(parsed.message)}`)
        return
      case 'ignored':
        return
      case 'unknown':
        this.#odd({ sort: 'unknown', kind: parsed.type }, data)
        return
      case 'rejected':
        this.#odd({ sort: 'rejected', kind: parsed.reason }, data)
        return
    }
  }

  #refused(refusal: Refused): void {
    if (refusal.code === 'authentication' || refusal.scope === 'connection') {
      const kinds = { authentication: 'auth', limit: 'rate' } as const
      const kind = refusal.code in kinds ? kinds[refusal.code as keyof typeof kinds] : 'refused'
      this.abandon(ownCause(kind, `venue refused: ${this.#sample(refusal.reason)}`))
      return
    }
    this.#subscriptions.refused(refusal)
  }

  #odd(odd: { readonly sort: 'rejected' | 'unknown'; readonly kind: string }, data: Buffer): void {
    const { traffic, connection } = this.#options
    const fields = traffic.oddFrame(odd, data, this.#context.apiKey)
    if (fields !== null) this.#context.log.warn('frame-odd', { connection, ...fields })
  }

  #pong(): void {
    this.#liveness.pong(this.#context.clock.monotonicMs())
    if (this.#context.venue.heartbeatMs === null) this.lastHeartbeatMs = this.#context.clock.nowMs()
  }

  #ended(end: SocketEnd): void {
    if (this.#phase === 'ended') return
    this.#phase = 'ended'
    this.#deadline?.cancel()
    this.#subscriptions.close()
    const cause = this.#cause ?? judgeEnd(end)
    this.#options.listener.ended({ ...cause, text: this.#redact(cause.text) })
  }

  #keepAlive(nowMs: number): void {
    const { keepAlive } = this.#context.venue
    if (keepAlive === null || nowMs - this.#keptAliveMs < keepAlive.everyMs) return
    this.#keptAliveMs = nowMs
    this.#keepAlives += 1
    this.#subscriptions.sendControl(keepAlive.frame(this.#keepAlives))
  }

  #noteHealthy(atMs: number): void {
    if (this.#healthySinceMs < 0) this.#healthySinceMs = atMs
    this.#healthyUntilMs = atMs
  }

  #startDeadline(what: string): void {
    this.#deadline = this.#context.clock.after(openWithinMs, () =>
      this.abandon(ownCause('timeout', `${what} within ${openWithinMs} ms`))
    )
  }

  #createParser(instruments: readonly Instrument[]): FrameParser {
    const { venue, clock, random } = this.#context
    const moment = Math.floor(clock.nowMs()).toString(36)
    const chance = Math.floor(random() * 46_656).toString(36)
    return venue.createParser(instruments, `${this.#options.connection}.${moment}.${chance}`)
  }

  #createLiveness(): Liveness {
    const { venue, clock } = this.#context
    const { watch, silence, afterSilence } = this.#options
    const nowMs = clock.monotonicMs()
    return new Liveness({ heartbeatMs: venue.heartbeatMs, watch, silence, afterSilence, nowMs })
  }

  #redact(text: string): string {
    return redact(text, this.#context.apiKey)
  }

  #sample(text: string): string {
    return sampleText(text, this.#context.apiKey)
  }
}
