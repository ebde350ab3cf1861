import type { Incident } from '../../contracts/incident.ts'
import type { CandleQuery, TradeRecord } from '../../contracts/state-stream.ts'
import { invariant } from '../../core/invariant.ts'
import type { Trade } from '../../core/market/event.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { Interval } from '../../core/market/interval.ts'
import type { Gap } from '../../core/market/ledger/gap.ts'
import type { ReaderReply, ReaderRequest, ReaderSetup } from './reader-messages.ts'
import type { SealRule } from './due-hours.ts'
import type { AuditRequest, AuditStart, InstrumentAudit } from './audit-record.ts'
import type { RetentionPlan, RetentionRule } from './retention-rule.ts'
import type { SealedHour } from './sealed-hour.ts'
import { StorageError, storageErrorFrom } from './storage-error.ts'
import type {
  GapsQuery,
  IncidentsQuery,
  LedgerQuery,
  StoredCandles,
  StoredLedger,
  StoredSeed,
  StoreFigures,
  StoreReader,
  TradesByIdQuery,
  TradesQuery
} from './store.ts'
import type { StoreJobs } from './store-jobs.ts'
import type { TapeLook, TapeLooked } from './tape-finding.ts'
import { SupervisedThread } from './supervised-thread.ts'

/** How to run a reader. */
export type ReaderOptions = {
  /** Exists: the writer opens first. */
  readonly file: string
  /** Entry of the reader thread. */
  readonly threadUrl: URL
  /** A thread that answers a question so late is ended and started again, ms. */
  readonly answerMs?: number
  /** After this long nobody waits for an answer any more, ms. */
  readonly patienceMs?: number
  /** Its thread ended for this reason and is started again; the question that was out is refused. */
  readonly onRestart?: (error: StorageError) => void
  /** A file of trades could not be read: answers are without them. */
  readonly onDamaged?: (error: StorageError) => void
  /** It was open and cannot be had any more. */
  readonly onFailed?: (error: StorageError) => void
}

/** Questions that may wait; further ones are refused as `storage-busy`. */
const mostWaiting = 256
/** Instruments seeded with one answer: with the largest tick candles each brings 10,000 trades. */
const seedsPerAnswer = 16
const closeDeadlineMs = 2_000
/** The largest answer takes seconds. */
const usualAnswerMs = 30_000
/** Nobody waits longer for an answer, whatever is asked before; but for what a start needs. */
const usualPatienceMs = 10_000
const unbounded: ReadonlySet<ReaderRequest['kind']> = new Set([
  'seed',
  'check',
  'compact',
  'forget',
  'audit'
])
/** They take as long as they take. */
const endless: ReadonlySet<ReaderRequest['kind']> = new Set([
  'check',
  'compact',
  'forget',
  'inspect',
  'audit'
])

/**
 * Opens the store for queries in a thread of its own.
 *
 * @throws StorageError when the file cannot be read; nothing runs then.
 */
export async function openReader(options: ReaderOptions): Promise<StoreReader> {
  const reader = new ThreadedReader(options)
  await reader.opened
  return reader
}

/**
 * Looks at every page of a file in a thread and a connection of its own, so that neither the writer nor
 * queries wait; the log that the writer keeps cannot be cut back meanwhile.
 *
 * @returns `ok`, or what is wrong in words, also of a file that is too damaged to be opened.
 * @throws StorageError when it cannot be looked at for another reason.
 */
export async function checkIntegrity(options: ReaderOptions): Promise<string> {
  const reader = new ThreadedReader(options)
  try {
    await reader.opened
    return await reader.check()
  } catch (error) {
    if (error instanceof StorageError && error.code === 'storage-corrupt') return error.message
    throw error
  } finally {
    await reader.close()
  }
}

/** @throws StorageError when the file cannot be read; nothing runs then. */
export async function openStoreJobs(options: ReaderOptions): Promise<StoreJobs> {
  const reader = new ThreadedReader(options)
  await reader.opened
  return reader
}

type Answer = Exclude<ReaderReply, { kind: 'opened' | 'failed' | 'damaged' }>
type Question = {
  readonly request: ReaderRequest
  readonly answer: PromiseWithResolvers<Answer>
  readonly signal: AbortSignal | null
  /** Nobody waits for it any more. */
  isOver: boolean
}

/** A reader as the engine's main thread holds it: one question is out at a time. */
class ThreadedReader implements StoreReader, StoreJobs {
  readonly opened: Promise<undefined>
  readonly #opening = Promise.withResolvers<undefined>()
  readonly #thread: SupervisedThread<ReaderRequest, ReaderReply>
  readonly #waiting: Question[] = []
  #asked: Question | null = null
  #failure: StorageError | null = null
  #isOpened = false
  #overdue: NodeJS.Timeout | null = null
  readonly #answerMs: number
  readonly #patienceMs: number
  readonly #onDamaged: (error: StorageError) => void
  readonly #onFailed: (error: StorageError) => void

  constructor(options: ReaderOptions) {
    const { file, threadUrl } = options
    this.opened = this.#opening.promise
    this.#answerMs = options.answerMs ?? usualAnswerMs
    this.#patienceMs = options.patienceMs ?? usualPatienceMs
    this.#onDamaged = options.onDamaged ?? (() => undefined)
    this.#onFailed = options.onFailed ?? (() => undefined)
    this.#thread = new SupervisedThread<ReaderRequest, ReaderReply>({
      url: threadUrl,
      setup: (): ReaderSetup => ({ file }),
      onUp: () => {
        this.#isOpened = true
        this.#opening.resolve(undefined)
        this.#askNext()
      },
      onMessage: (reply) => this.#hear(reply),
      onDown: (error) => {
        this.#failAsked()
        options.onRestart?.(error)
      },
      onGaveUp: (error) => this.#giveUp(error)
    })
  }

  async candles(query: CandleQuery, signal?: AbortSignal): Promise<StoredCandles> {
    const answer = await this.#ask({ kind: 'candles', query }, signal)
    invariant(answer.kind === 'candles', `expected candles, received ${answer.kind}`)
    return answer.result
  }

  async trades(query: TradesQuery, signal?: AbortSignal): Promise<readonly TradeRecord[]> {
    const answer = await this.#ask({ kind: 'trades', query }, signal)
    invariant(answer.kind === 'trades', `expected trades, received ${answer.kind}`)
    return answer.result
  }

  async tradesById(query: TradesByIdQuery, signal?: AbortSignal): Promise<readonly Trade[]> {
    const answer = await this.#ask({ kind: 'tradesById', query }, signal)
    invariant(answer.kind === 'tradesById', `expected trades by id, received ${answer.kind}`)
    return answer.result
  }

  async gaps(query: GapsQuery, signal?: AbortSignal): Promise<readonly Gap[]> {
    const answer = await this.#ask({ kind: 'gaps', query }, signal)
    invariant(answer.kind === 'gaps', `expected gaps, received ${answer.kind}`)
    return answer.result
  }

  async incidents(query: IncidentsQuery, signal?: AbortSignal): Promise<readonly Incident[]> {
    const answer = await this.#ask({ kind: 'incidents', query }, signal)
    invariant(answer.kind === 'incidents', `expected incidents, received ${answer.kind}`)
    return answer.result
  }

  async ledger(query: LedgerQuery, signal?: AbortSignal): Promise<StoredLedger> {
    const answer = await this.#ask({ kind: 'ledger', query }, signal)
    invariant(answer.kind === 'ledger', `expected a ledger, received ${answer.kind}`)
    return answer.result
  }

  async seed(
    instruments: readonly InstrumentId[],
    intervals: readonly Interval[],
    nowMs: number
  ): Promise<readonly StoredSeed[]> {
    const seeds: StoredSeed[] = []
    for (let from = 0; from < instruments.length; from += seedsPerAnswer) {
      const some = instruments.slice(from, from + seedsPerAnswer)
      const answer = await this.#ask({ kind: 'seed', instruments: some, intervals, nowMs })
      invariant(answer.kind === 'seed', `expected a seed, received ${answer.kind}`)
      for (const seed of answer.result) seeds.push(seed)
    }
    return seeds
  }

  async figures(): Promise<StoreFigures> {
    const answer = await this.#ask({ kind: 'figures' })
    invariant(answer.kind === 'figures', `expected figures, received ${answer.kind}`)
    return answer.result
  }

  async check(): Promise<string> {
    const answer = await this.#ask({ kind: 'check' })
    invariant(answer.kind === 'check', `expected a check, received ${answer.kind}`)
    return answer.result
  }

  async compact(rule: SealRule): Promise<SealedHour | null> {
    const answer = await this.#ask({ kind: 'compact', rule })
    invariant(answer.kind === 'compact', `expected an hour, received ${answer.kind}`)
    return answer.result
  }

  async plan(rule: RetentionRule): Promise<RetentionPlan> {
    const answer = await this.#ask({ kind: 'forget', rule })
    invariant(answer.kind === 'forget', `expected a plan, received ${answer.kind}`)
    return answer.result
  }

  async inspect(look: TapeLook): Promise<TapeLooked> {
    const answer = await this.#ask({ kind: 'inspect', look })
    invariant(answer.kind === 'inspect', `expected findings, received ${answer.kind}`)
    return answer.result
  }

  async auditStart(): Promise<AuditStart> {
    const answer = await this.#ask({ kind: 'auditStart' })
    invariant(answer.kind === 'auditStart', `expected a start, received ${answer.kind}`)
    return answer.result
  }

  async audit(request: AuditRequest): Promise<InstrumentAudit> {
    const answer = await this.#ask({ kind: 'audit', request })
    invariant(answer.kind === 'audit', `expected an audit, received ${answer.kind}`)
    return answer.result
  }

  async close(): Promise<void> {
    await this.#stop({ kind: 'close' })
  }

  async end(): Promise<void> {
    await this.#stop(null)
  }

  async #stop(last: ReaderRequest | null): Promise<void> {
    this.#failure ??= new StorageError('storage-thread', 'the store is closed')
    this.#failAll(this.#failure)
    await this.#thread.stop(last, closeDeadlineMs)
  }

  async #ask(request: ReaderRequest, signal?: AbortSignal): Promise<Answer> {
    signal?.throwIfAborted()
    if (this.#failure !== null) throw this.#failure
    if (this.#waiting.length >= mostWaiting)
      throw new StorageError('storage-busy', `${mostWaiting} queries wait already`)
    const answer = Promise.withResolvers<Answer>()
    const onAbort = () => {
      answer.reject(signal?.reason)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    const question: Question = { request, answer, signal: signal ?? null, isOver: false }
    const patience = unbounded.has(request.kind) ? null : this.#endPatience(question)
    this.#waiting.push(question)
    this.#askNext()
    try {
      return await answer.promise
    } finally {
      if (patience !== null) clearTimeout(patience)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  #endPatience(question: Question): NodeJS.Timeout {
    return setTimeout(() => {
      question.isOver = true
      const late = `the store did not answer within ${this.#patienceMs / 1_000} s`
      question.answer.reject(new StorageError('storage-busy', late))
    }, this.#patienceMs)
  }

  /** Questions that nobody waits for any more are never asked. */
  #askNext(): void {
    while (this.#asked === null && this.#thread.isUp) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      if (next.isOver || next.signal?.aborted === true) continue
      this.#asked = next
      this.#thread.send(next.request)
      if (endless.has(next.request.kind)) continue
      this.#overdue = setTimeout(() => this.#thread.kill(), this.#answerMs)
    }
  }

  #endWait(): void {
    if (this.#overdue !== null) clearTimeout(this.#overdue)
    this.#overdue = null
  }

  #hear(reply: ReaderReply): void {
    if (reply.kind === 'damaged') {
      this.#onDamaged(storageErrorFrom(reply.error))
      return
    }
    this.#endWait()
    const asked = this.#asked
    this.#asked = null
    if (reply.kind === 'failed') asked?.answer.reject(storageErrorFrom(reply.error))
    else if (reply.kind !== 'opened') {
      this.#thread.noteWork()
      asked?.answer.resolve(reply)
    }
    this.#askNext()
  }

  #failAsked(): void {
    this.#endWait()
    this.#asked?.answer.reject(
      new StorageError('storage-thread', 'the reader ended before it answered')
    )
    this.#asked = null
  }

  #giveUp(error: StorageError): void {
    this.#failure = error
    this.#opening.reject(error)
    this.#failAll(error)
    if (this.#isOpened) this.#onFailed(error)
  }

  #failAll(error: StorageError): void {
    this.#endWait()
    this.#asked?.answer.reject(error)
    this.#asked = null
    for (const { answer } of this.#waiting.splice(0)) answer.reject(error)
  }
}
