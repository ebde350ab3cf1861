import type { MarketEvent } from '../../core/market/event.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import type { FrameParser, ParsedFrame } from '../../venues/venue.ts'
import type { Liveness } from './liveness.ts'
import type { LinkOptions } from './link-options.ts'

/** A parsed frame that is not market data, or that could not be read. */
export type ControlFrame = Exclude<ParsedFrame, { kind: 'events' | 'unknown' }>

/**
 * Takes in the frames of one socket: counts, parses, notes signs of life, hands on events.
 *
 * The busiest code of the collector: it allocates nothing of its own and sets no timer.
 */
export class FrameIntake {
  /** Epoch ms of the last data and the last heartbeat; null before. */
  lastDataMs: number | null = null
  lastHeartbeatMs: number | null = null
  /** Run clock of the last frame, ping or pong; null before. */
  lastFrameMs: number | null = null
  /** Run clock of the last frame that was not rejected; null before. */
  lastReadMs: number | null = null
  /** How long after its newest event the last data came, ms: transport, standstill and the error of our clock. */
  lagMs = 0
  /** False for the second link of a handover: what it brings again counts neither as traffic nor for latency. */
  isCounted = true
  /** Hears the events too, while it matters which link brought them. */
  witness: ((events: readonly MarketEvent[]) => void) | null = null
  readonly #options: LinkOptions
  #parser: FrameParser
  #liveness: Liveness
  #healthySinceMs = -1
  #healthyUntilMs = -1

  constructor(options: LinkOptions, liveness: Liveness) {
    this.#options = options
    this.#liveness = liveness
    this.#parser = this.#createParser(options.instruments())
  }

  /** How long it has carried healthy data, ms. */
  get healthyMs(): number {
    return this.#healthyUntilMs - this.#healthySinceMs
  }

  /** The socket opened: signs of life count from here. */
  reopen(liveness: Liveness): void {
    this.#liveness = liveness
  }

  expect(instruments: readonly Instrument[]): void {
    if (this.#parser.expect !== undefined) this.#parser.expect(instruments)
    else this.#parser = this.#createParser(instruments)
  }

  /**
   * Takes one text frame; gives it back only where somebody must act on it.
   *
   * @param receivedMs Run clock at its arrival, epoch ms.
   * @param atMs Monotonic time of its arrival.
   */
  take(data: Buffer, receivedMs: number, atMs: number): ControlFrame | null {
    if (this.isCounted) this.#options.traffic.message(data.length)
    this.lastFrameMs = receivedMs
    this.#liveness.sign(atMs)
    const parsed = this.#parse(data, receivedMs)
    if (parsed.kind !== 'rejected') this.lastReadMs = receivedMs
    switch (parsed.kind) {
      case 'events':
        this.#events(parsed.events, { receivedMs, atMs })
        return null
      case 'unknown':
        this.#odd({ sort: 'unknown', kind: parsed.type }, data)
        return null
      case 'rejected':
        this.#odd({ sort: 'rejected', kind: parsed.reason }, data)
        return parsed
      case 'pong':
        this.lastHeartbeatMs = receivedMs
        return parsed
      case 'authorized':
      case 'acknowledged':
      case 'refused':
      case 'notice':
      case 'ignored':
        return parsed
    }
  }

  /** Takes one binary frame; no venue of ours sends any. */
  takeBinary(data: Buffer): void {
    if (this.isCounted) this.#options.traffic.message(data.length)
    this.#odd({ sort: 'unknown', kind: 'binary frame' }, data)
  }

  /** @param atMs Monotonic time at which the socket was known to be well. */
  noteHealthy(atMs: number): void {
    if (this.#healthySinceMs < 0) this.#healthySinceMs = atMs
    this.#healthyUntilMs = atMs
  }

  /** A parser promises not to throw; one that does costs a frame, never the connection. */
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
    const { watch, traffic, context, name } = this.#options
    const { discounted } = context
    context.onEvents(name, events, receivedMs)
    const isWhole = discounted.size === 0
    let hasData = false
    let hasTrade = false
    let newestMs = -Infinity
    for (const event of events) {
      const counts = isWhole || !discounted.has(event)
      if (counts) watch.note(event, atMs)
      else watch.discount(event)
      if (event.kind === 'trade') {
        hasTrade = true
        if (counts && this.isCounted) traffic.latency.record(receivedMs - event.eventMs)
      } else if (event.kind === 'heartbeat') this.lastHeartbeatMs = receivedMs
      else if (event.kind !== 'anchor') hasData = true
      if (event.eventMs > newestMs) newestMs = event.eventMs
    }
    if (hasData || hasTrade) {
      this.lastDataMs = receivedMs
      this.lagMs = Math.max(receivedMs - newestMs, 0)
      this.#liveness.data(atMs, hasTrade)
      this.noteHealthy(atMs)
    }
    this.witness?.(events)
    if (!isWhole) discounted.clear()
  }

  #odd(odd: { readonly sort: 'rejected' | 'unknown'; readonly kind: string }, data: Buffer): void {
    const { traffic, name, context } = this.#options
    const fields = traffic.oddFrame(odd, data, context.apiKey)
    if (fields !== null) context.log.warn('frame-odd', { connection: name, ...fields })
  }

  #createParser(instruments: readonly Instrument[]): FrameParser {
    const { venue, clock, random } = this.#options.context
    const moment = Math.floor(clock.nowMs()).toString(36)
    const chance = Math.floor(random() * 46_656).toString(36)
    return venue.createParser(instruments, `${this.#options.name}.${moment}.${chance}`)
  }
}
