import { invariant } from '../../core/invariant.ts'
import type { Incident } from '../../contracts/incident.ts'
import type { StructureRow } from '../../contracts/state-rows.ts'
import type { Candle } from '../../core/market/candle.ts'
import type { Trade } from '../../core/market/event.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { AuditRecord } from './audit-record.ts'
import { packCandles } from './candle-block.ts'
import { LedgerBacklog, mostMarks } from './ledger-backlog.ts'
import { noLedgerBlock } from './ledger-block.ts'
import type { Forgetting } from './retention-rule.ts'
import type { SealedHour } from './sealed-hour.ts'
import { StorageError, storageErrorFrom } from './storage-error.ts'
import type {
  ChangeSource,
  InstrumentRegistration,
  RunStart,
  StoreWriter,
  WriterFigures
} from './store.ts'
import type { TapeMark } from './tape-mark.ts'
import { SupervisedThread } from './supervised-thread.ts'
import type { TapeFinding } from './tape-finding.ts'
import { WriterJobs } from './writer-jobs.ts'
import { WriteQueue } from './write-queue.ts'
import { WriteTally } from './write-tally.ts'
import type { WriterReply, WriterRequest, WriterSetup } from './writer-messages.ts'

import type { WriterOptions } from './writer-options.ts'
import { WriteNotices } from './write-notices.ts'

/** Enough work for the thread while the receive path reads full sockets, half a second at the most. */
const mostInFlight = 16
const busyRetryMs = 50
const otherRetryMs = 1_000
const overflowTimes = 4
const closeDeadlineMs = 5_000
/** A busy writer looks this often within the wait whether enough rows came to go at once. */
const looksPerFlush = 4
const manyRows = 2_000

type Waiter = { readonly sequence: number; readonly answer: PromiseWithResolvers<undefined> }

/** The writer as the engine's main thread holds it: a queue, a supervised thread, and a timer between. */
export class ThreadedWriter implements StoreWriter {
  readonly opened: Promise<undefined>
  readonly #options: Required<WriterOptions>
  readonly #opening = Promise.withResolvers<undefined>()
  readonly #queue = new WriteQueue()
  readonly #tally = new WriteTally()
  readonly #ordinals = new Map<InstrumentId, number>()
  /** Number of the work that registers each instrument. */
  readonly #registeredBy = new Map<InstrumentId, number>()
  /** Registrations committed, in order. */
  readonly #registered: InstrumentRegistration[] = []
  readonly #thread: SupervisedThread<WriterRequest, WriterReply>
  readonly #flushTimer: NodeJS.Timeout
  #run: RunStart | null = null
  #source: ChangeSource | null = null
  #extraCandles: Candle[] = []
  readonly #ledger = new LedgerBacklog((instrument) => this.#ordinalOf(instrument))
  /** Not sealed, by id; null: it is a part of another one now. */
  readonly #incidents = new Map<string, Incident | null>()
  readonly #jobs = new WriterJobs((request) => {
    if (this.#failure !== null) throw this.#failure
    if (!this.#thread.isUp) throw new StorageError('storage-thread', 'the writer is not up')
    this.#thread.send(request)
  })
  #nextArrival = 0
  #waiters: Waiter[] = []
  #failure: StorageError | null = null
  readonly #notices: WriteNotices
  #isSealDue = false
  #retryTimer: NodeJS.Timeout | null = null
  #heardMs = performance.now()
  #sealedMs = performance.now()

  constructor(options: Required<WriterOptions>) {
    this.#options = options
    this.opened = this.#opening.promise
    this.#notices = new WriteNotices(options.events)
    this.#thread = new SupervisedThread<WriterRequest, WriterReply>({
      url: options.threadUrl,
      setup: () => this.#setup(),
      onUp: ({ run }) => this.#up(run),
      onMessage: (reply) => this.#hear(reply),
      onDown: (error) => {
        this.#queue.unsend()
        this.#jobs.fail(error)
        options.events.onRestart?.(error)
      },
      onGaveUp: (error) => this.#giveUp(error)
    })
    this.#flushTimer = setInterval(() => this.#tick(), options.flushMs / looksPerFlush)
  }

  get run(): RunStart {
    invariant(this.#run !== null, 'the writer is open')
    return this.#run
  }

  async registerInstruments(instruments: readonly InstrumentRegistration[]): Promise<void> {
    if (this.#failure !== null) throw this.#failure
    const fresh = instruments.filter(({ instrument }) => !this.#ordinals.has(instrument.id))
    if (fresh.length > 0) this.#register(withoutRepeats(fresh))
    const numbers = instruments.map(({ instrument }) => this.#registeredBy.get(instrument.id) ?? 0)
    await this.#untilCommitted(Math.max(0, ...numbers))
  }

  /** Trades handed in now would be dropped. */
  get isFull(): boolean {
    return this.#queue.rows >= this.#options.queueRows * overflowTimes
  }

  follow(source: ChangeSource): void {
    this.#source = source
  }

  trade(trade: Trade, arrival: number): void {
    this.#append(trade, arrival, false)
  }

  flaggedTrade(trade: Trade, arrival: number): void {
    this.#append(trade, arrival, true)
  }

  putCandles(candles: readonly Candle[]): void {
    for (const candle of candles) this.#extraCandles.push(candle)
  }

  putMark(mark: TapeMark): void {
    this.#ledger.addMark(mark, Math.max(this.#nextArrival, this.run.nextArrival))
  }

  putIncident(incident: Incident): void {
    this.#incidents.set(incident.id, incident)
  }

  dropIncident(id: string): void {
    this.#incidents.set(id, null)
  }

  limitPages(pages: number | null): void {
    if (this.#thread.isUp) this.#thread.send({ kind: 'limit', pages })
  }

  async seal(sealed: SealedHour, nowMs: number): Promise<void> {
    return this.#jobs.seal(sealed, nowMs)
  }

  async clearSealed(nowMs: number): Promise<boolean> {
    return this.#jobs.clear(nowMs)
  }

  async noteTape(finding: TapeFinding, nowMs: number): Promise<boolean> {
    return this.#jobs.note(finding, nowMs)
  }

  async forget(step: Forgetting, nowMs: number): Promise<boolean> {
    return this.#jobs.forget(step, nowMs)
  }

  async putAudit(record: AuditRecord): Promise<number> {
    return this.#jobs.putAudit(record)
  }

  async flush(): Promise<void> {
    if (this.#failure !== null) throw this.#failure
    this.#seal('all')
    this.#sealIncidents()
    this.#pump()
    await this.#untilCommitted(this.#queue.lastSequence)
  }

  figures(): WriterFigures {
    const oldestMs = this.#queue.oldestMs()
    const { committedTrades, committedCandles, duplicateTrades } = this.#tally
    const { conflictingTrades, droppedTrades, databaseBytes } = this.#tally
    return {
      queuedRows: this.#queue.rows,
      storeLagMs: oldestMs === null ? 0 : performance.now() - oldestMs,
      committedTrades,
      committedCandles,
      duplicateTrades,
      conflictingTrades,
      droppedTrades,
      databaseBytes,
      restarts: this.#thread.restarts
    }
  }

  structures(): readonly StructureRow[] {
    const { queueRows } = this.#options
    const { marks, droppedMarks } = this.#ledger
    const trades = { size: this.#queue.rows, dropped: this.#tally.droppedTrades }
    return [
      { name: 'trades to store', ...trades, bound: queueRows * overflowTimes },
      { name: 'marks to store', size: marks, bound: mostMarks, dropped: droppedMarks }
    ]
  }

  async close(options: {
    readonly stoppedMs: number
    readonly deadlineMs?: number
  }): Promise<void> {
    const endMs = performance.now() + (options.deadlineMs ?? closeDeadlineMs)
    const isFlushed = await this.#flushedBefore(endMs)
    clearInterval(this.#flushTimer)
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer)
    const last = isFlushed ? { kind: 'close' as const, stoppedMs: options.stoppedMs } : null
    await this.#thread.stop(last, Math.max(endMs - performance.now(), 0))
    this.#jobs.fail(new StorageError('storage-thread', 'the store is closed'))
  }

  #setup(): WriterSetup {
    const { file, mode, startedMs, tickSizes } = this.#options
    const run = this.#run?.run ?? null
    return { file, mode, startedMs, tickSizes, run, registered: [...this.#registered] }
  }

  #register(fresh: readonly InstrumentRegistration[]): void {
    this.#queue.register(fresh, performance.now())
    for (const { instrument } of fresh) {
      this.#ordinals.set(instrument.id, this.#ordinals.size)
      this.#registeredBy.set(instrument.id, this.#queue.lastSequence)
    }
    this.#pump()
  }

  async #untilCommitted(sequence: number): Promise<void> {
    if (sequence <= this.#queue.lastAcknowledged) return
    const answer = Promise.withResolvers<undefined>()
    this.#waiters.push({ sequence, answer })
    await answer.promise
  }

  #append(trade: Trade, arrival: number, flagged: boolean): void {
    const ordinal = this.#ordinals.get(trade.instrument)
    invariant(
      ordinal !== undefined,
      `expected a registered instrument, received ${trade.instrument}`
    )
    const { queueRows, batchRows } = this.#options
    const queue = this.#queue
    if (queue.rows >= queueRows) {
      this.#notices.setPressure('high')
      if (this.isFull) {
        this.#tally.droppedTrades += 1
        return
      }
    }
    queue.append(ordinal, trade, arrival, flagged)
    this.#nextArrival = arrival + 1
    if (queue.fillingRows < batchRows || this.#isSealDue) return
    this.#isSealDue = true
    queueMicrotask(() => this.#sealFull())
  }

  /** A full batch is sealed only when the pipeline is done with the event: its candles belong to it. */
  #sealFull(): void {
    this.#isSealDue = false
    this.#seal()
    this.#pump()
  }

  #tick(): void {
    const isSilent = performance.now() - this.#heardMs > this.#options.answerMs
    if (isSilent && this.#queue.hasSent && this.#thread.isUp) this.#thread.kill()
    if (!this.#queue.hasUnsent && this.#isSealWanted()) {
      this.#seal()
      this.#sealIncidents()
    }
    this.#pump()
  }

  /** Half a look early is in time: timers are late, and a whole look more would be too long. */
  #isSealWanted(): boolean {
    const { flushMs } = this.#options
    const waitedMs = performance.now() - this.#sealedMs
    return waitedMs >= flushMs * (1 - 0.5 / looksPerFlush) || this.#queue.fillingRows >= manyRows
  }

  /** @param scope `company`: stretches of coverage that only grew wait for it. */
  #seal(scope: 'company' | 'all' = 'company'): void {
    if (this.#failure !== null) return
    const nowMs = performance.now()
    this.#sealedMs = nowMs
    const source = this.#source
    const candles = [...this.#extraCandles, ...(source?.takeChangedCandles() ?? [])]
    const rebuilds = source?.takeRebuilds() ?? []
    if (source !== null) this.#ledger.add(source.takeLedgerChanges(), nowMs)
    this.#extraCandles = []
    const hasCompany = this.#queue.fillingRows + candles.length + rebuilds.length > 0
    const isTaken = hasCompany || scope === 'all' || this.#ledger.isDue(nowMs)
    this.#queue.seal({
      candles: packCandles(candles, (instrument) => this.#ordinalOf(instrument)),
      ledger: isTaken ? this.#ledger.take() : noLedgerBlock,
      rebuilds,
      runNowMs: source?.runNowMs() ?? 0,
      nowMs
    })
  }

  /** What is told of an incident while the store is behind is told once. */
  #sealIncidents(): void {
    if (this.#incidents.size === 0 || this.#failure !== null) return
    const put: Incident[] = []
    const gone: string[] = []
    for (const [id, incident] of this.#incidents) {
      if (incident === null) gone.push(id)
      else put.push(incident)
    }
    this.#incidents.clear()
    this.#queue.tellIncidents({ put, gone }, performance.now())
  }

  #ordinalOf(instrument: InstrumentId): number {
    const ordinal = this.#ordinals.get(instrument)
    invariant(ordinal !== undefined, `expected a registered instrument, received ${instrument}`)
    return ordinal
  }

  #pump(): void {
    if (!this.#thread.isUp || this.#retryTimer !== null) return
    if (!this.#queue.hasSent) this.#heardMs = performance.now()
    for (;;) {
      const work = this.#queue.next(mostInFlight)
      if (work === null) return
      this.#thread.send(work)
    }
  }

  #up(run: RunStart): void {
    this.#run ??= run
    this.#heardMs = performance.now()
    this.#opening.resolve(undefined)
    this.#pump()
  }

  #hear(reply: WriterReply): void {
    this.#heardMs = performance.now()
    switch (reply.kind) {
      case 'rebuilt':
        if (this.#queue.noteAnswer(reply.sequence, reply.place))
          this.#options.events.onRebuilt?.(reply.result)
        return
      case 'committed':
        this.#committed(reply)
        return
      case 'refused':
        this.#refused(storageErrorFrom(reply.error))
        return
      case 'sealed':
      case 'noted':
      case 'forgot':
      case 'audited':
        this.#jobs.hear(reply)
        return
      case 'damaged':
        this.#options.events.onDamaged?.(storageErrorFrom(reply.error))
        return
      case 'working':
      case 'opened':
      case 'failed':
      case 'closed':
    }
  }

  #committed(reply: WriterReply & { readonly kind: 'committed' }): void {
    const { sequence, outcome } = reply
    const item = this.#queue.acknowledge(sequence)
    if (item === null) return
    this.#thread.noteWork()
    this.#tally.count(outcome, reply.databaseBytes)
    this.#notices.setTrouble(null)
    const lagMs = performance.now() - item.sinceMs
    if (item.work.kind === 'batch') this.#options.events.onCommitted?.({ sequence, outcome, lagMs })
    if (item.work.kind === 'register') this.#registered.push(...item.work.instruments)
    if (this.#queue.rows <= this.#options.queueRows / 2) this.#notices.setPressure('normal')
    this.#pump()
    const isDone = (waiter: Waiter) => waiter.sequence <= sequence
    for (const { answer } of this.#waiters.filter(isDone)) answer.resolve(undefined)
    this.#waiters = this.#waiters.filter((waiter) => !isDone(waiter))
  }

  #refused(error: StorageError): void {
    this.#queue.unsend()
    this.#notices.setTrouble(error)
    const delayMs = error.code === 'storage-busy' ? busyRetryMs : otherRetryMs
    this.#retryTimer ??= setTimeout(() => {
      this.#retryTimer = null
      this.#pump()
    }, delayMs)
  }

  #giveUp(error: StorageError): void {
    this.#failure = error
    this.#jobs.fail(error)
    clearInterval(this.#flushTimer)
    if (this.#run === null) {
      this.#opening.reject(error)
      return
    }
    for (const { answer } of this.#waiters.splice(0)) answer.reject(error)
    this.#options.events.onFailed?.(error)
  }

  async #flushedBefore(endMs: number): Promise<boolean> {
    const late = Promise.withResolvers<boolean>()
    const timer = setTimeout(
      () => {
        late.resolve(false)
      },
      Math.max(endMs - performance.now(), 0)
    )
    const flushed = this.flush().then(
      () => true,
      () => false
    )
    const isFlushed = await Promise.race([flushed, late.promise])
    clearTimeout(timer)
    return isFlushed
  }
}

function withoutRepeats(
  registrations: readonly InstrumentRegistration[]
): InstrumentRegistration[] {
  return [...new Map(registrations.map((each) => [each.instrument.id, each])).values()]
}
