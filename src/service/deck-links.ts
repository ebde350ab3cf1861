import type { EngineMessage } from '../contracts/engine-protocol.ts'
import type { MessageLink, ServerMessage } from '../contracts/state-stream.ts'
import type { EngineProcess } from './engine-process.ts'

type DeckMessage = Extract<EngineMessage, { readonly channel: 'deck' }>

/** Passes messages between the clients of replays and their decks in the engine, which checks them. */
export class DeckLinks {
  readonly #clients = new Map<number, MessageLink<ServerMessage, unknown>>()
  #engine: Pick<EngineProcess, 'send'> | null = null
  #last = 0

  /** An engine was started: decks are to be had of it from now on. */
  connect(engine: Pick<EngineProcess, 'send'>): void {
    this.#letGo('the engine was started anew')
    this.#engine = engine
  }

  /** The engine ended: all clients are let go, and come back when another one runs. */
  disconnect(): void {
    this.#engine = null
    this.#letGo('the engine is not running')
  }

  /** Serves one more client until its link closes. */
  attach(link: MessageLink<ServerMessage, unknown>): void {
    const engine = this.#engine
    if (engine === null) {
      end(link, 'the engine is not running')
      return
    }
    this.#last += 1
    const deck = this.#last
    this.#clients.set(deck, link)
    engine.send({ channel: 'deck', deck, kind: 'open' })
    link.onMessage((message) => {
      if (this.#clients.has(deck)) engine.send({ channel: 'deck', deck, kind: 'message', message })
    })
    link.onClose(() => {
      if (this.#clients.delete(deck)) engine.send({ channel: 'deck', deck, kind: 'close' })
    })
  }

  /** Takes what the engine says to a client; to one that is gone, nothing is said. */
  receive(message: DeckMessage): void {
    const { deck } = message
    const link = this.#clients.get(deck)
    if (link === undefined) return
    if (message.kind === 'message') {
      link.send(message.message)
      return
    }
    this.#clients.delete(deck)
    end(link, message.reason)
  }

  /** Lets all clients go. */
  close(): void {
    this.#letGo('Tapedeck ends')
  }

  #letGo(reason: string): void {
    const links = [...this.#clients.values()]
    this.#clients.clear()
    for (const link of links) end(link, reason)
  }
}

function end(link: MessageLink<ServerMessage, unknown>, message: string): void {
  link.send({ kind: 'refused', error: { code: 'deck-ended', message } })
  link.close()
}
