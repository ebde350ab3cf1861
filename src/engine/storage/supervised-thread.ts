import { Worker } from 'node:worker_threads'
import type { StorageErrorData } from './storage-error.ts'
import { StorageError, storageErrorFrom } from './storage-error.ts'

/** Heap of a storage thread; its columns and pages lie outside of it. */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 8 }
const mostCrashes = 8
const firstDelayMs = 50
const longestDelayMs = 2_000
/** A thread that was up before opens its database within this, or counts as hanging. */
const reopenMs = 30_000
/** A thread inside SQLite cannot be ended before that returns. */
const endMs = 10_000

/** What every storage thread says about itself. */
type Reply =
  | { readonly kind: 'opened' }
  | { readonly kind: 'failed'; readonly error: StorageErrorData }
  | { readonly kind: string }

/** How to run a storage thread. */
export type ThreadOptions<In> = {
  /** Its entry: the source file, or the bundle's file beside the engine's. */
  readonly url: URL
  /** Plain data it is started with, asked for at each start. */
  readonly setup: () => unknown
  /** It is open, for the first time or again. */
  readonly onUp: (opened: In & { readonly kind: 'opened' }) => void
  /** Any later message. */
  readonly onMessage: (message: In) => void
  /** It ended for this reason: what was sent and not answered is lost. It is started again. */
  readonly onDown: (failure: StorageError) => void
  /** It could not be opened, or crashed too often. */
  readonly onGaveUp: (error: StorageError) => void
}

/**
 * A storage thread that is started again when it crashes: after 50 ms, doubling to 2 s, until it crashed
 * eight times without doing any work between. A failure to open the first time is final at once, and so
 * is a thread that cannot be ended.
 *
 * States: starting → up (→ ending, when killed) → waiting → starting …; stopping → ended.
 */
export class SupervisedThread<Out, In extends Reply> {
  readonly #options: ThreadOptions<In>
  readonly #ended = Promise.withResolvers<undefined>()
  #state: 'starting' | 'up' | 'ending' | 'waiting' | 'stopping' | 'ended' = 'starting'
  #worker: Worker
  #failure: StorageError | null = null
  #wasUp = false
  #crashes = 0
  #restarts = 0
  /** Of the one wait that there is: for a start, an opening or an end. */
  #timer: NodeJS.Timeout | null = null

  constructor(options: ThreadOptions<In>) {
    this.#options = options
    this.#worker = this.#start()
  }

  get isUp(): boolean {
    return this.#state === 'up'
  }

  get restarts(): number {
    return this.#restarts
  }

  /** Sends to a thread that is up; to any other, nothing is sent. @param transfer Buffers that become the thread's. */
  send(message: Out, transfer: readonly ArrayBuffer[] = []): void {
    if (this.#state === 'up') this.#worker.postMessage(message, transfer)
  }

  /** Notes that work was done: earlier crashes no longer count. */
  noteWork(): void {
    this.#crashes = 0
  }

  /** Ends the thread as if it had crashed. */
  kill(): void {
    if (this.#state === 'up' || this.#state === 'starting') {
      this.#state = 'ending'
      this.#failure ??= new StorageError('storage-thread', 'the storage thread did not answer')
      this.#await(endMs, () => {
        this.#end()
        this.#options.onGaveUp(new StorageError('storage-thread', 'a storage thread hangs'))
      })
    }
    void this.#worker.terminate()
  }

  /**
   * Ends the thread for good.
   *
   * @param last Makes it end by itself; null ends it at once.
   */
  async stop(last: Out | null, deadlineMs: number): Promise<void> {
    if (this.#state === 'ended') return
    this.#endWait()
    const wasWaiting = this.#state === 'waiting'
    if (last === null) this.kill()
    else this.send(last)
    this.#state = 'stopping'
    if (wasWaiting) this.#end()
    const deadline = setTimeout(() => {
      this.kill()
    }, deadlineMs)
    await this.#ended.promise
    clearTimeout(deadline)
  }

  #start(): Worker {
    const worker = new Worker(this.#options.url, {
      workerData: this.#options.setup(),
      resourceLimits
    })
    worker.on('message', (message: In) => {
      this.#hear(message)
    })
    worker.on('error', (thrown: unknown) => {
      this.#failure = failureOf(thrown)
    })
    worker.on('exit', () => {
      this.#exited()
    })
    return worker
  }

  #hear(message: In): void {
    if (isFailed(message) && this.#state === 'starting') {
      this.#failure = storageErrorFrom(message.error)
    } else if (isOpened(message)) {
      if (this.#state !== 'starting') return
      this.#endWait()
      this.#state = 'up'
      this.#wasUp = true
      this.#options.onUp(message)
    } else this.#options.onMessage(message)
  }

  #exited(): void {
    if (this.#state === 'ended') return
    if (this.#state === 'stopping') {
      this.#end()
      return
    }
    this.#crashes += 1
    const failure =
      this.#failure ?? new StorageError('storage-thread', 'the storage thread ended unexpectedly')
    this.#failure = null
    if (!this.#wasUp || this.#crashes > mostCrashes) {
      this.#end()
      this.#options.onGaveUp(failure)
      return
    }
    this.#state = 'waiting'
    this.#options.onDown(failure)
    const delayMs = Math.min(firstDelayMs * 2 ** (this.#crashes - 1), longestDelayMs)
    this.#await(delayMs, () => this.#restart())
  }

  #restart(): void {
    this.#state = 'starting'
    this.#restarts += 1
    this.#worker = this.#start()
    this.#await(reopenMs, () => this.kill())
  }

  #await(delayMs: number, then: () => void): void {
    this.#endWait()
    this.#timer = setTimeout(then, delayMs)
  }

  #endWait(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  #end(): void {
    this.#endWait()
    this.#state = 'ended'
    this.#ended.resolve(undefined)
  }
}

/** A thread that finds no SQLite never will; all else may pass. */
function failureOf(thrown: unknown): StorageError {
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  if (/better-sqlite3/.test(text) && /cannot find/i.test(text)) {
    const missing = 'the SQLite module (better-sqlite3) is missing: run npm ci'
    return new StorageError('wrong-runtime', missing, { cause: thrown })
  }
  return new StorageError('storage-thread', `the storage thread failed: ${text}`, { cause: thrown })
}

function isOpened<In extends Reply>(message: In): message is In & { readonly kind: 'opened' } {
  return message.kind === 'opened'
}

function isFailed(
  message: Reply
): message is { readonly kind: 'failed'; readonly error: StorageErrorData } {
  return message.kind === 'failed'
}
