import type { ChannelFeed } from '../http/channel-feed.ts'
import type { RateGate } from '../http/rate-gate.ts'
import type { SimConnection } from '../http/sim-connection.ts'
import type { ConnectionHandler } from '../http/venue-listener.ts'
import type { SimInstrument, SimMarket, SimTruth } from '../market.ts'
import type { CoinbaseFrames } from './frames.ts'
import {
  readRequest,
  type ChannelRequest,
  type CoinbaseChannel,
  type ProductChannel
} from './request.ts'
import type { StatusFeed } from './timed-feeds.ts'
import type { CoinbaseTuning } from './tuning.ts'

export type CoinbaseSessionDeps = {
  readonly market: SimMarket
  readonly truth: SimTruth
  readonly frames: CoinbaseFrames
  readonly tuning: CoinbaseTuning
  readonly messageGate: RateGate
  readonly feeds: Readonly<Record<ProductChannel, ChannelFeed>>
  readonly status: StatusFeed
  /** Told when a connection is cut for asking nothing. */
  readonly onIdle: () => void
}

/** One client's subscriptions: data first, then the late and cumulative acknowledgement. */
export class CoinbaseSession implements ConnectionHandler {
  readonly #connection: SimConnection
  readonly #deps: CoinbaseSessionDeps
  readonly #channels = new Map<CoinbaseChannel, Set<SimInstrument>>()
  readonly #acks = new Set<NodeJS.Timeout>()
  readonly #deadline: NodeJS.Timeout

  constructor(connection: SimConnection, deps: CoinbaseSessionDeps) {
    this.#connection = connection
    this.#deps = deps
    this.#deadline = setTimeout(() => {
      deps.onIdle()
      connection.close(1008, '')
    }, deps.tuning.subscribeDeadlineMs)
  }

  message(text: string): void {
    const { messageGate, frames, market } = this.#deps
    if (messageGate.take(this.#connection.address) !== 'allowed') {
      this.#connection.send(frames.error('Rate limit exceeded'), null)
      return
    }
    const request = readRequest(text, market)
    if (request.kind === 'refused') {
      this.#connection.send(frames.error(request.message, request.reason), null)
      return
    }
    clearTimeout(this.#deadline)
    for (const channel of request.channels) {
      if (request.kind === 'subscribe') this.#join(channel)
      else this.#leave(channel)
    }
    this.#acknowledge()
  }

  closed(): void {
    clearTimeout(this.#deadline)
    for (const timer of this.#acks) clearTimeout(timer)
    for (const channel of [...this.#channels.keys()]) this.#leave({ channel, instruments: [] })
    this.#deps.truth.closed(this.#connection.id)
  }

  /** What it lists was true when the request came; later requests get their own. */
  #acknowledge(): void {
    const frame = this.#deps.frames.subscriptions(this.#channels)
    const timer = setTimeout(() => {
      this.#acks.delete(timer)
      this.#connection.send(frame, null)
    }, this.#deps.tuning.ackDelayMs)
    this.#acks.add(timer)
  }

  #join({ channel, instruments }: ChannelRequest): void {
    const joined = this.#channels.get(channel) ?? new Set()
    this.#channels.set(channel, joined)
    if (channel === 'status') {
      this.#deps.status.join(this.#connection)
      return
    }
    for (const instrument of instruments) {
      joined.add(instrument)
      this.#deps.feeds[channel].join(this.#connection, instrument)
    }
  }

  #leave({ channel, instruments }: ChannelRequest): void {
    const joined = this.#channels.get(channel)
    if (joined === undefined) return
    if (channel === 'status') this.#deps.status.leave(this.#connection)
    else {
      for (const instrument of instruments.length === 0 ? [...joined] : instruments) {
        if (joined.delete(instrument)) this.#deps.feeds[channel].leave(this.#connection, instrument)
      }
    }
    if (joined.size === 0) this.#channels.delete(channel)
  }
}
