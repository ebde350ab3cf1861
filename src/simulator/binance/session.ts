import type { InstrumentId } from '../../core/market/instrument.ts'
import type { SimConnection } from '../http/sim-connection.ts'
import type { ConnectionHandler } from '../http/venue-listener.ts'
import type { SimInstrument, SimMarket, SimTruth } from '../market.ts'
import { readRequest, type BinanceRequest } from './request.ts'
import { SlidingCount } from './sliding-count.ts'
import type { StreamFeed, StreamListener } from './stream-channel.ts'
import { StreamFrame, type FrameForm } from './stream-frame.ts'
import { stamp } from './time-unit.ts'
import type { BinanceTuning } from './tuning.ts'

export type BinanceSessionDeps = {
  readonly market: SimMarket
  readonly truth: SimTruth
  readonly tuning: BinanceTuning
  /** By what stands behind the symbol in a stream's name. */
  readonly feeds: ReadonlyMap<string, StreamFeed>
  /** As the address of the connection asks for; `combined` may be changed later. */
  readonly form: FrameForm
  /** Named in the address. */
  readonly streams: readonly string[]
  /** Told when it is cut for sending too much or asking for too many streams. */
  readonly onCut: () => void
  /** Told of each refused request. */
  readonly onRefused: () => void
  /** Told when it is cut for not answering pings. */
  readonly onIdle: () => void
  readonly onClosed: () => void
}

/** What a name stands for; null where it stands for nothing, which the venue does not say. */
type Joined = { readonly feed: StreamFeed; readonly instrument: SimInstrument } | null

/** Close code for breaking a rule. */
const policyViolation = 1008
const goingAway = 1001

/** One client's streams. Whatever it asks for is acknowledged; what does not exist stays silent. */
export class BinanceSession implements ConnectionHandler, StreamListener {
  readonly id: string
  readonly #connection: SimConnection
  readonly #deps: BinanceSessionDeps
  readonly #streams = new Map<string, Joined>()
  readonly #messages: SlidingCount
  readonly #timers: readonly NodeJS.Timeout[]
  /** Unanswered ones, oldest first. */
  #pings: { readonly payload: string; readonly sentMs: number }[] = []
  #form: FrameForm
  #leaving: NodeJS.Timeout | null = null
  #isCut = false

  constructor(connection: SimConnection, deps: BinanceSessionDeps) {
    this.id = connection.id
    this.#connection = connection
    this.#deps = deps
    this.#form = deps.form
    this.#messages = new SlidingCount(deps.tuning.messages)
    const pings = setInterval(() => {
      this.#ping()
    }, deps.tuning.pingMs)
    const end = setTimeout(() => {
      connection.close(goingAway, '')
    }, deps.tuning.lifetimeMs)
    this.#timers = [pings, end]
    this.#join(deps.streams)
  }

  deliver(frame: StreamFrame, instrument: InstrumentId): boolean {
    return this.#connection.send(frame.text(this.#form), instrument)
  }

  message(text: string): void {
    if (this.#count()) this.#answer(readRequest(text))
  }

  alive(): void {
    this.#count()
  }

  /** An unsolicited pong answers nothing. */
  pong(payload: string): void {
    const at = this.#pings.findIndex((ping) => ping.payload === payload)
    this.#pings = this.#pings.slice(at + 1)
  }

  closed(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    if (this.#leaving !== null) clearTimeout(this.#leaving)
    this.#leave([...this.#streams.keys()])
    this.#deps.truth.closed(this.id)
    this.#deps.onClosed()
  }

  /** Says that the server is about to end, and closes so much later. */
  announceShutdown(leadMs: number): void {
    const nowMs = this.#deps.market.nowMs()
    const frame = new StreamFrame(
      '!serverShutdown',
      (unit) => `{"e":"serverShutdown","E":${stamp(nowMs, unit)}}`
    )
    this.#connection.send(frame.text(this.#form), null)
    this.#leaving ??= setTimeout(() => {
      this.#connection.close(goingAway, '')
    }, leadMs)
  }

  #answer(request: BinanceRequest): void {
    switch (request.kind) {
      case 'refused':
        this.#deps.onRefused()
        this.#say({ code: request.code, msg: request.message, id: request.id })
        return
      case 'subscribe':
        if (this.#join(request.streams)) this.#say({ result: null, id: request.id })
        return
      case 'unsubscribe':
        this.#leave(request.streams)
        this.#say({ result: null, id: request.id })
        return
      case 'list':
        this.#say({ result: [...this.#streams.keys()], id: request.id })
        return
      case 'setCombined':
        this.#form = { ...this.#form, combined: request.value }
        this.#say({ result: null, id: request.id })
        return
      case 'getCombined':
        this.#say({ result: this.#form.combined, id: request.id })
    }
  }

  /** Never wrapped. */
  #say(answer: object): void {
    this.#connection.send(JSON.stringify(answer), null)
  }

  #join(names: readonly string[]): boolean {
    const fresh = new Set(names.filter((name) => !this.#streams.has(name)))
    if (this.#streams.size + fresh.size > this.#deps.tuning.streamsPerConnection) {
      this.#cut('Too many streams')
      return false
    }
    for (const name of fresh) {
      const joined = this.#find(name)
      this.#streams.set(name, joined)
      joined?.feed.join(this, joined.instrument)
    }
    return true
  }

  #leave(names: readonly string[]): void {
    for (const name of names) {
      const joined = this.#streams.get(name)
      this.#streams.delete(name)
      joined?.feed.leave(this, joined.instrument)
    }
  }

  /** Names are lower case; the same letters in upper case name nothing. */
  #find(name: string): Joined {
    const at = name.indexOf('@')
    const symbol = name.slice(0, Math.max(at, 0))
    const feed = this.#deps.feeds.get(name.slice(at + 1))
    if (feed === undefined || symbol !== symbol.toLowerCase()) return null
    const instrument = this.#deps.market.find('binance-spot', symbol.toUpperCase())
    return instrument?.trading === true ? { feed, instrument } : null
  }

  /** What still comes while the connection is being cut is not read. */
  #count(): boolean {
    if (this.#isCut) return false
    if (this.#messages.take(performance.now())) return true
    this.#cut('Too many requests')
    return false
  }

  #cut(reason: string): void {
    this.#isCut = true
    this.#deps.onCut()
    this.#connection.close(policyViolation, reason)
  }

  #ping(): void {
    const nowMs = performance.now()
    const [oldest] = this.#pings
    if (oldest !== undefined && nowMs - oldest.sentMs >= this.#deps.tuning.pongDeadlineMs) {
      this.#deps.onIdle()
      this.#connection.close(policyViolation, 'Pong timeout')
      return
    }
    const payload = String(Date.now())
    this.#pings.push({ payload, sentMs: nowMs })
    this.#connection.ping(payload)
  }
}
