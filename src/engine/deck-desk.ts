import { Worker } from 'node:worker_threads'
import type { ServerMessage } from '../contracts/state-stream.ts'
import type { LogFields } from './collector/log.ts'
import type { DeckSetup } from './deck-service.ts'

/** Decks at once: each holds the trades of an hour or two, and a day's candles. */
const mostDecks = 4
/** Heap of a deck; columns of trades lie outside of it. A deck that needs more ends, and the engine goes on. */
const resourceLimits = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 16 }

/** Whoever a deck plays to. */
export interface DeckClient {
  send(message: ServerMessage): void
  onMessage(listener: (message: unknown) => void): void
  /** Called once when it is gone. */
  onClose(listener: () => void): void
  /** Lets it go, saying why in a sentence. */
  end(reason: string): void
}

type Options = {
  /** File that a deck's thread starts from. */
  readonly thread: URL
  readonly setup: DeckSetup
  readonly log: (level: 'info' | 'warn', event: string, fields: LogFields) => void
}

/** Has a deck, in a thread of its own, for each client of a replay. */
export class DeckDesk {
  readonly #options: Options
  readonly #decks = new Map<Worker, DeckClient>()

  constructor(options: Options) {
    this.#options = options
  }

  /** Serves one more client with a deck of its own; where there are enough, it is let go at once. */
  attach(client: DeckClient): void {
    if (this.#decks.size >= mostDecks) {
      client.end(`${mostDecks} replays are open already; close one of them`)
      return
    }
    const { thread, setup, log } = this.#options
    const worker = new Worker(thread, { workerData: setup, resourceLimits })
    this.#decks.set(worker, client)
    let failure: unknown = null
    worker.on('message', (message: ServerMessage) => client.send(message))
    worker.on('error', (error: unknown) => {
      failure = error
    })
    worker.on('exit', () => {
      if (!this.#decks.delete(worker)) return
      log('warn', 'deck-ended', { reason: String(failure) })
      client.end(wordsFor(failure))
    })
    client.onMessage((message) => worker.postMessage(message))
    client.onClose(() => {
      if (this.#decks.delete(worker)) void worker.terminate()
    })
  }

  /** Ends all decks. */
  async stop(): Promise<void> {
    const workers = [...this.#decks.keys()]
    for (const client of this.#decks.values()) client.end('the engine stops')
    this.#decks.clear()
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

function wordsFor(failure: unknown): string {
  const isMemory =
    failure instanceof Error && 'code' in failure && failure.code === 'ERR_WORKER_OUT_OF_MEMORY'
  if (isMemory) return 'the replay needed more memory than a replay may have'
  return failure instanceof Error ? `the replay failed: ${failure.message}` : 'the replay ended'
}
