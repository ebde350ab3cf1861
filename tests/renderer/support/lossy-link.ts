import type { DeckCommand } from '../../../src/contracts/deck.ts'
import type { ClientMessage, ServerMessage } from '../../../src/contracts/state-stream.ts'
import { StatePublisher } from '../../../src/contracts/state-publisher.ts'
import {
  StreamClient,
  type OpenLink,
  type StreamLink
} from '../../../src/renderer/stream/stream-client.ts'

/** A publisher and a stream client with a link between them that loses what it is told to lose. */
export class LossyDesk {
  nowMs = 1_790_000_000_000
  isReachable = true
  readonly publisher: StatePublisher
  readonly client: StreamClient
  readonly retried: string[] = []
  /** What the far end was told to play, oldest first. */
  readonly commands: DeckCommand[] = []
  /** Opens another link to the publisher; refused while it cannot be reached. */
  readonly openLink: OpenLink = () =>
    this.isReachable ? Promise.resolve(this.#open()) : Promise.reject(new Error('down'))
  readonly #drops = { toClient: 0, toServer: 0 }
  #cut: (() => void) | null = null

  constructor(query: ConstructorParameters<typeof StatePublisher>[0]['query'] = unanswered) {
    this.publisher = new StatePublisher({
      query,
      retry: (connection) => this.retried.push(connection),
      deck: (command) => this.commands.push(command),
      watched: () => undefined
    })
    this.client = new StreamClient(this.openLink, () => this.nowMs)
  }

  /** Loses the next message in one direction. */
  drop(direction: 'toClient' | 'toServer'): void {
    this.#drops[direction] += 1
  }

  /** Breaks the link for both ends. */
  cut(): void {
    this.#cut?.()
  }

  /** Lets time pass; the publisher flushes and the client looks at the clock. */
  async pass(ms: number): Promise<void> {
    this.nowMs += ms
    this.client.beat()
    await settled()
    this.publisher.flush()
    await settled()
  }

  #open(): StreamLink {
    const closers: (() => void)[] = []
    let toServer: ((message: unknown) => void) | null = null
    let toClient: ((message: ServerMessage) => void) | null = null
    let isOpen = true
    const close = () => {
      if (!isOpen) return
      isOpen = false
      for (const closer of closers) closer()
    }
    const isLost = (direction: 'toClient' | 'toServer') => {
      if (!isOpen) return true
      if (this.#drops[direction] === 0) return false
      this.#drops[direction] -= 1
      return true
    }
    this.#cut = close
    this.publisher.attach({
      send: (message) => {
        if (!isLost('toClient')) toClient?.(structuredClone(message))
      },
      onMessage: (listener) => {
        toServer = listener
      },
      onClose: (listener) => closers.push(listener),
      close
    })
    return {
      send: (message: ClientMessage) => {
        if (!isLost('toServer')) toServer?.(structuredClone(message))
      },
      onMessage: (listener) => {
        toClient = listener
      },
      onClose: (listener) => closers.push(listener),
      close
    }
  }
}

function unanswered(): Promise<never> {
  return new Promise(() => undefined)
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) await Promise.resolve()
}
