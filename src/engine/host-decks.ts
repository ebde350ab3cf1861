import type { EngineMessage, HostMessage } from '../contracts/engine-protocol.ts'
import type { MessageLink, ServerMessage } from '../contracts/state-stream.ts'
import type { DeckClient } from './deck-desk.ts'

type DeckMessage = Extract<HostMessage, { readonly channel: 'deck' }>
type Send = (message: Extract<EngineMessage, { readonly channel: 'deck' }>) => void
type Heard = { message: (message: unknown) => void; closed: () => void }

/** The clients of replays whose messages the host passes on, by the host's numbers. */
export class HostDecks {
  readonly #send: Send
  readonly #attach: (client: DeckClient) => void
  readonly #clients = new Map<number, Heard>()

  constructor(send: Send, attach: (client: DeckClient) => void) {
    this.#send = send
    this.#attach = attach
  }

  /** Takes a message of the host; one of a client that is gone is left alone. */
  hear(message: DeckMessage): void {
    const { deck } = message
    if (message.kind === 'open') {
      this.#open(deck)
      return
    }
    const client = this.#clients.get(deck)
    if (message.kind === 'message') client?.message(message.message)
    else if (this.#clients.delete(deck)) client?.closed()
  }

  #open(deck: number): void {
    const heard: Heard = { message: () => undefined, closed: () => undefined }
    this.#clients.set(deck, heard)
    this.#attach({
      send: (message) => this.#send({ channel: 'deck', deck, kind: 'message', message }),
      onMessage: (listener) => {
        heard.message = listener
      },
      onClose: (listener) => {
        heard.closed = listener
      },
      end: (reason) => {
        if (!this.#clients.delete(deck)) return
        this.#send({ channel: 'deck', deck, kind: 'closed', reason })
      }
    })
  }
}

/** A window's port as the client of a deck. */
export function deckClientOf(link: MessageLink<ServerMessage, unknown>): DeckClient {
  return {
    send: (message) => link.send(message),
    onMessage: (listener) => link.onMessage(listener),
    onClose: (listener) => link.onClose(listener),
    end: (message) => {
      link.send({ kind: 'refused', error: { code: 'deck-ended', message } })
      link.close()
    }
  }
}
