import type { DeckCommand } from './deck.ts'
import {
  streamProtocol,
  type ClientMessage,
  type Delta,
  type MessageLink,
  type Query,
  type QueryResult,
  type Series,
  type ServerMessage,
  type Snapshot,
  type StreamError
} from './state-stream.ts'

/** What the receiver's owner does with frames. Called before the frame is acknowledged. */
export type ReceiverHandlers = {
  readonly snapshot: (snapshot: Snapshot) => void
  readonly delta: (delta: Delta) => void
  /** The link is gone: whatever is shown is stale from this moment. */
  readonly lost: () => void
  readonly refused: (error: StreamError) => void
}

type Waiting = {
  readonly resolve: (result: QueryResult) => void
  readonly reject: (error: StreamQueryError) => void
}

/** A query that was not answered with rows. */
export class StreamQueryError extends Error {
  override readonly name = 'StreamQueryError'
  readonly code: string
  readonly parameter: string | null

  constructor(error: StreamError) {
    super(error.message)
    this.code = error.code
    this.parameter = error.parameter ?? null
  }
}

/**
 * The client's end of the state stream over one link: says hello, checks that frames are consecutive,
 * acknowledges each after it was applied, asks to resync when one is missing, and pairs queries with
 * their replies. When the link closes, open queries fail and the receiver is used up.
 */
export class StreamReceiver {
  readonly #link: MessageLink<ClientMessage, ServerMessage>
  readonly #handlers: ReceiverHandlers
  readonly #waiting = new Map<number, Waiting>()
  #sequence = 0
  #nextRequestId = 1
  #isOpen = true

  constructor(link: MessageLink<ClientMessage, ServerMessage>, handlers: ReceiverHandlers) {
    this.#link = link
    this.#handlers = handlers
    link.onMessage((message) => this.#receive(message))
    link.onClose(() => this.#lose())
    link.send({ kind: 'hello', protocol: streamProtocol })
  }

  /** Replaces the list of series whose live candles are wanted. */
  watch(series: readonly Series[]): void {
    if (this.#isOpen) this.#link.send({ kind: 'watch', series: [...series] })
  }

  /** Asks for a snapshot, for an owner that no longer trusts what it holds. */
  resync(): void {
    if (this.#isOpen) this.#link.send({ kind: 'resync' })
  }

  retry(connection: string): void {
    if (this.#isOpen) this.#link.send({ kind: 'retry', connection })
  }

  /** Tells the deck at the other end what to do. */
  command(command: DeckCommand): void {
    if (this.#isOpen) this.#link.send({ kind: 'deck', command })
  }

  /** @throws StreamQueryError when refused or when the link is lost first. */
  query(query: Query): Promise<QueryResult> {
    if (!this.#isOpen) return Promise.reject(new StreamQueryError(linkLost))
    const requestId = this.#nextRequestId++
    return new Promise((resolve, reject) => {
      this.#waiting.set(requestId, { resolve, reject })
      this.#link.send({ kind: 'query', requestId, query })
    })
  }

  close(): void {
    this.#link.close()
    this.#lose()
  }

  #receive(message: ServerMessage): void {
    if (!this.#isOpen) return
    switch (message.kind) {
      case 'snapshot':
        this.#sequence = message.sequence
        this.#handlers.snapshot(message)
        this.#link.send({ kind: 'ack', sequence: message.sequence })
        return
      case 'delta':
        this.#applyDelta(message)
        return
      case 'reply':
        this.#settle(message.requestId, message.result, message.error)
        return
      case 'refused':
        this.#handlers.refused(message.error)
    }
  }

  #applyDelta(delta: Delta): void {
    if (delta.sequence !== this.#sequence + 1) {
      this.#link.send({ kind: 'resync' })
      return
    }
    this.#sequence = delta.sequence
    this.#handlers.delta(delta)
    this.#link.send({ kind: 'ack', sequence: delta.sequence })
  }

  #settle(requestId: number, result: QueryResult | null, error: StreamError | null): void {
    const waiting = this.#waiting.get(requestId)
    this.#waiting.delete(requestId)
    if (result !== null) waiting?.resolve(result)
    else waiting?.reject(new StreamQueryError(error ?? linkLost))
  }

  #lose(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    for (const waiting of this.#waiting.values()) waiting.reject(new StreamQueryError(linkLost))
    this.#waiting.clear()
    this.#handlers.lost()
  }
}

const linkLost: StreamError = {
  code: 'unavailable',
  message: 'the connection to the engine was lost'
}
