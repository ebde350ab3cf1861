import type { ChannelFeed } from '../http/channel-feed.ts'
import type { SimConnection } from '../http/sim-connection.ts'
import type { ConnectionHandler } from '../http/venue-listener.ts'
import type { SimInstrument, SimMarket, SimTruth } from '../market.ts'
import { findInstrument, type BybitCategory } from './category.ts'
import { maxArgsLength, maxSpotArgs, type BybitTuning } from './tuning.ts'

export type BybitSessionDeps = {
  readonly market: SimMarket
  readonly truth: SimTruth
  readonly category: BybitCategory
  readonly tuning: BybitTuning
  /** By what stands before the symbol: `publicTrade`, `orderbook.50`. */
  readonly feeds: ReadonlyMap<string, ChannelFeed>
  readonly connectionId: string
  /** Told of each refused request. */
  readonly onRefused: () => void
  /** Told when a silent connection is cut. */
  readonly onIdle: () => void
}

type Topic = { readonly feed: ChannelFeed; readonly instrument: SimInstrument }
type Request = {
  readonly op: unknown
  readonly args: readonly string[]
  readonly id: string | null
}
type Reply = { readonly success: boolean; readonly message: string; readonly op: string }

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.getOwnPropertyDescriptor(value, name)?.value
}

function readRequest(text: string): Request {
  let wire: unknown = null
  try {
    wire = JSON.parse(text)
  } catch {
    return { op: undefined, args: [], id: null }
  }
  const args = field(wire, 'args')
  const id = field(wire, 'req_id')
  return {
    op: field(wire, 'op'),
    args: Array.isArray(args) ? args.map(String) : [],
    id: typeof id === 'string' ? id : null
  }
}

/** One client's topics: data first, then the acknowledgement, one for each request. */
export class BybitSession implements ConnectionHandler {
  readonly #connection: SimConnection
  readonly #deps: BybitSessionDeps
  readonly #topics = new Map<string, Topic>()
  readonly #acks = new Set<NodeJS.Timeout>()
  readonly #scanner: NodeJS.Timeout
  #activeMs = performance.now()
  #seenFrames = 0

  constructor(connection: SimConnection, deps: BybitSessionDeps) {
    this.#connection = connection
    this.#deps = deps
    this.#scanner = setInterval(() => {
      this.#scan()
    }, deps.tuning.idleScanMs)
  }

  message(text: string): void {
    this.alive()
    const request = readRequest(text)
    switch (request.op) {
      case 'ping':
        this.#reply(request.id, { success: true, message: 'pong', op: 'ping' })
        return
      case 'subscribe':
      case 'unsubscribe':
        this.#answer(request, request.op)
        return
      default:
        this.#refuse(
          request.id,
          'error:invalid op',
          typeof request.op === 'string' ? request.op : ''
        )
    }
  }

  alive(): void {
    this.#activeMs = performance.now()
  }

  closed(): void {
    clearInterval(this.#scanner)
    for (const timer of this.#acks) clearTimeout(timer)
    for (const { feed, instrument } of this.#topics.values()) {
      feed.leave(this.#connection, instrument)
    }
    this.#topics.clear()
    this.#deps.truth.closed(this.#connection.id)
  }

  #answer({ args, id }: Request, op: 'subscribe' | 'unsubscribe'): void {
    const outcome = op === 'subscribe' ? this.#subscribe(args) : this.#unsubscribe(args)
    if (outcome !== null) {
      this.#refuse(id, outcome, op)
      return
    }
    const message = this.#deps.category === 'spot' ? op : ''
    const timer = setTimeout(() => {
      this.#acks.delete(timer)
      this.#reply(id, { success: true, message, op })
    }, this.#deps.tuning.ackDelayMs)
    this.#acks.add(timer)
  }

  /** Joins all topics or none; says why not. */
  #subscribe(args: readonly string[]): string | null {
    if (args.length === 0) return 'error:args is empty'
    if (this.#deps.category === 'spot' && args.length > maxSpotArgs)
      return `args size >${maxSpotArgs}`
    const length = [...this.#topics.keys(), ...args].reduce((sum, arg) => sum + arg.length, 0)
    if (length > maxArgsLength) return `args length >${maxArgsLength}`
    const topics = new Map<string, Topic>()
    for (const arg of args) {
      const topic = this.#find(arg)
      if (topic === null) return `error:handler not found,topic:${arg}`
      if (this.#topics.has(arg) || topics.has(arg)) return `error:already subscribed,topic:${arg}`
      topics.set(arg, topic)
    }
    for (const [name, topic] of topics) {
      this.#topics.set(name, topic)
      topic.feed.join(this.#connection, topic.instrument)
    }
    return null
  }

  #unsubscribe(args: readonly string[]): string | null {
    for (const arg of args)
      if (this.#find(arg) === null) return `error:handler not found,topic:${arg}`
    for (const arg of args) {
      const topic = this.#topics.get(arg)
      this.#topics.delete(arg)
      topic?.feed.leave(this.#connection, topic.instrument)
    }
    return null
  }

  #find(name: string): Topic | null {
    const dot = name.lastIndexOf('.')
    const feed = this.#deps.feeds.get(name.slice(0, Math.max(dot, 0)))
    const instrument = findInstrument(this.#deps.market, this.#deps.category, name.slice(dot + 1))
    return feed === undefined || !instrument?.trading ? null : { feed, instrument }
  }

  #refuse(id: string | null, message: string, op: string): void {
    this.#deps.onRefused()
    this.#reply(id, { success: false, message, op })
  }

  /** Without a `req_id` in the request, futures answer with an empty one and spot with none. */
  #reply(id: string | null, { success, message, op }: Reply): void {
    const { category, connectionId } = this.#deps
    const requestId = id ?? (category === 'spot' ? undefined : '')
    const frame = JSON.stringify({
      success,
      ret_msg: message,
      conn_id: connectionId,
      req_id: requestId,
      op
    })
    this.#connection.send(frame, null)
  }

  #scan(): void {
    if (this.#connection.sentFrames !== this.#seenFrames) {
      this.#seenFrames = this.#connection.sentFrames
      this.alive()
    }
    if (performance.now() - this.#activeMs < this.#deps.tuning.idleMs) return
    // The close takes its time; the breach is one.
    clearInterval(this.#scanner)
    this.#deps.onIdle()
    this.#connection.close(1000, '')
  }
}
