import { InvariantError } from '../../../core/invariant.ts'
import { planRetry } from '../../../core/market/backoff.ts'
import type { Candle } from '../../../core/market/candle.ts'
import type { Anchor, Trade } from '../../../core/market/event.ts'
import type { Instrument, InstrumentId } from '../../../core/market/instrument.ts'
import type { Gap } from '../../../core/market/ledger/gap.ts'
import type { LinkMark } from '../../../core/market/ledger/link-mark.ts'
import type { Settlement } from '../../../core/market/ledger/settlement.ts'
import type { Random } from '../../../core/market/random.ts'
import type { Applied } from '../../../core/pipeline/pipeline.ts'
import { VenueError } from '../../../core/venue-error.ts'
import type { RestContext, Venue } from '../../../venues/venue.ts'
import type { Clock, Timer } from '../clock.ts'
import type { BackfillEvent, UntimedBackfillEvent } from './backfill-event.ts'
import { countRequests, createBackfillCounters } from './backfill-figures.ts'
import type { BackfillFigures } from './backfill-figures.ts'
import { orderGaps } from './gap-order.ts'
import type { WaitingGap } from './gap-order.ts'
import type { KnownTradesQuery } from './known-trades.ts'
import { Pace } from './pace.ts'
import { RefillById } from './refill-by-id.ts'
import { RefillByReach } from './refill-by-reach.ts'
import { keyOf } from './refill.ts'
import type { Refill, RefillContext, RefillStep } from './refill.ts'
import { TailCheck } from './tail-check.ts'

/** How often open gaps are looked at, ms. */
const lookMs = 500
/** A gap that closes by itself within this time, by trades out of order, costs no request, ms. */
const lateMs = 500
/** Requests under way at once, tail checks apart; one of an instrument. */
const mostAtOnce = 2
const leastRetryMs = 1_000

/** One venue's backfill and the run it works for. */
export type BackfillOptions = {
  readonly venue: Venue
  readonly clock: Clock
  readonly random: Random
  /** How the venue is asked: by the low lane of its budget. */
  readonly rest: (signal: AbortSignal) => RestContext
  /** Instruments of the venue that are collected; gaps of others wait. */
  readonly instruments: () => readonly Instrument[]
  /** Gaps not yet settled, of this venue and of others, in any order. */
  readonly openGaps: () => readonly Gap[]
  /** Instruments in a window that somebody may be looking at. */
  readonly visible: () => ReadonlySet<InstrumentId>
  readonly priority: () => ReadonlySet<InstrumentId>
  /** See RefillContext. */
  readonly known: (query: KnownTradesQuery) => Promise<readonly Trade[]>
  /** Takes a trade that was missing, or may have been. */
  readonly apply: (trade: Trade) => Applied
  /** Takes the venue's own candles over a gap, before it is settled. */
  readonly putCandles: (candles: readonly Candle[]) => void
  readonly settle: (settlement: Settlement) => void
  /** Takes the newest trade that the venue knows of; see TailCheck. */
  readonly announce: (anchor: Anchor) => void
  /** Run clock at which a trade of the instrument last came, epoch ms; null before the first. */
  readonly lastTradeMs: (instrument: InstrumentId) => number | null
  readonly onEvent: (event: BackfillEvent) => void
}

type Work = {
  /** As last seen open. */
  gap: Gap
  readonly instrument: Instrument
  readonly refill: Refill
  readonly seenMs: number
  notBeforeMs: number
  /** Failures in a row. */
  failures: number
  /** The run had no room for a trade of it. */
  hasDropped: boolean
}

/**
 * Fills the gaps of one venue's instruments by REST, behind live traffic, until each is refilled or known
 * to be lost.
 *
 * It keeps nothing across runs: what is still open after a restart is asked for again. Where the venue
 * cannot be reached a gap stays open.
 */
export class Backfill {
  readonly #options: BackfillOptions
  readonly #counters = createBackfillCounters()
  readonly #abort = new AbortController()
  readonly #work = new Map<string, Work>()
  readonly #busy = new Set<InstrumentId>()
  readonly #tail: TailCheck
  readonly #pace: Pace
  #isTailBusy = false
  #isPaused = false
  #timer: Timer | null = null

  constructor(options: BackfillOptions) {
    this.#options = options
    this.#pace = new Pace(options)
    this.#tail = new TailCheck({ ...options, announce: (anchor) => this.#announce(anchor) })
  }

  /** Begins to look at open gaps, at once and every half second. */
  start(): void {
    this.#tick()
  }

  /** Takes note that a link began or ceased to carry instruments, of this venue only. */
  mark(mark: LinkMark): void {
    if (!this.#abort.signal.aborted) this.#tail.mark(mark)
  }

  /** Asks for nothing more while the store is behind: it could not keep what comes. */
  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
  }

  /** What was done since the start. */
  figures(): BackfillFigures {
    return { ...this.#counters, settled: { ...this.#counters.settled } }
  }

  /** Ends everything at once; requests under way are cancelled and their answers not applied. */
  close(): void {
    this.#abort.abort()
    this.#timer?.cancel()
    this.#timer = null
    this.#tail.close()
    this.#work.clear()
  }

  /** Begins what may begin now; for when a gap was opened, so that it need not wait for its half second. */
  look(): void {
    const { instruments, openGaps, venue } = this.#options
    if (this.#abort.signal.aborted || venue.tradeIds === 'none') return
    const gaps = openGaps()
    if (gaps.length === 0 && this.#work.size === 0) return
    this.#follow(gaps, new Map(instruments().map((each) => [each.id, each])))
    if (this.#isPaused || !this.#pace.isOpen) return
    for (const { gap } of this.#waiting()) {
      if (this.#busy.size >= mostAtOnce) return
      const work = this.#work.get(nameOf(gap))
      if (work !== undefined && !this.#busy.has(gap.instrument)) void this.#step(work)
    }
  }

  #tick(): void {
    this.#timer = this.#options.clock.after(lookMs, () => this.#tick())
    this.look()
    void this.#checkTail()
  }

  /** Begins work for new gaps, and ends it for those that are no longer open. */
  #follow(gaps: readonly Gap[], collected: ReadonlyMap<InstrumentId, Instrument>): void {
    const open = new Set<string>()
    for (const gap of gaps) {
      const name = nameOf(gap)
      open.add(name)
      const instrument = collected.get(gap.instrument)
      const known = this.#work.get(name)
      if (instrument === undefined) this.#work.delete(name)
      else if (known !== undefined && !isLonger(gap, known.gap)) known.gap = gap
      else this.#work.set(name, this.#begin(gap, instrument))
    }
    for (const name of this.#work.keys()) {
      if (open.has(name)) continue
      this.#work.delete(name)
      this.#counters.settled.refilled += 1
    }
  }

  #waiting(): readonly WaitingGap[] {
    const { clock, visible, priority } = this.#options
    const nowMs = clock.monotonicMs()
    const waiting = [...this.#work.values()]
      .filter(({ notBeforeMs }) => notBeforeMs <= nowMs)
      .map(({ gap, seenMs }) => ({ gap, waitedMs: nowMs - seenMs }))
    return orderGaps(waiting, { visible: visible(), priority: priority() })
  }

  #begin(gap: Gap, instrument: Instrument): Work {
    const context: RefillContext = {
      ...this.#options,
      instrument,
      counters: this.#counters,
      apply: (trade) => {
        const applied = this.#options.apply(trade)
        work.hasDropped ||= applied === 'dropped'
        return applied
      },
      tell: (event) => this.#tell(event)
    }
    const seenMs = this.#options.clock.monotonicMs()
    const isNumbered = gap.firstId !== null
    const refill = isNumbered ? new RefillById(context, gap) : new RefillByReach(context)
    const notBeforeMs = isNumbered ? seenMs + lateMs : seenMs
    const work: Work = {
      gap,
      instrument,
      refill,
      seenMs,
      notBeforeMs,
      failures: 0,
      hasDropped: false
    }
    return work
  }

  async #step(work: Work): Promise<void> {
    const { instrument } = work.gap
    this.#busy.add(instrument)
    try {
      const step = await work.refill.step(work.gap, this.#rest())
      work.failures = 0
      this.#pace.worked()
      this.#conclude(work, step)
    } catch (error) {
      if (error instanceof InvariantError) throw error
      if (!this.#abort.signal.aborted) this.#conclude(work, this.#failed(work, error))
    } finally {
      this.#busy.delete(instrument)
    }
    this.look()
  }

  #conclude(work: Work, step: RefillStep): void {
    const name = nameOf(work.gap)
    if (this.#abort.signal.aborted || this.#work.get(name) !== work) return
    if (work.hasDropped) {
      // It counts as asked for and was not kept: all of it is asked for anew.
      const again = this.#begin(work.gap, work.instrument)
      again.notBeforeMs = again.seenMs + leastRetryMs
      this.#work.set(name, again)
      return
    }
    const { settled } = this.#counters
    if (step.kind === 'settle') {
      const { settlement } = step
      this.#work.delete(name)
      // What it gained meanwhile was not asked for: the next look begins with it anew.
      if (this.#hasGrown(work.gap)) return
      const isWhole = settlement.key.firstId === null && settlement.reachedFromMs === null
      settled[isWhole ? 'refilled' : settlement.rest] += 1
      this.#options.settle(settlement)
      this.#tell({ kind: 'settled', settlement })
      return
    }
    if (step.kind === 'wait') {
      work.notBeforeMs = this.#options.clock.monotonicMs() + step.delayMs
    }
  }

  #hasGrown(known: Gap): boolean {
    const name = nameOf(known)
    return this.#options.openGaps().some((gap) => nameOf(gap) === name && isLonger(gap, known))
  }

  /** The venue was not reached, or would not answer. */
  #failed(work: Work, error: unknown): RefillStep {
    const reason = error instanceof Error ? error.message : String(error)
    const refusal = error instanceof VenueError && error.retry === 'never' ? error : null
    this.#noteFailure()
    const { random } = this.#options
    const retry = planRetry({ attempt: work.failures, healthyMs: 0 }, random)
    const step: RefillStep =
      refusal === null
        ? { kind: 'wait', delayMs: Math.max(leastRetryMs, retry.delayMs) }
        : work.refill.refused(work.gap, refusal)
    if (work.failures === 0) {
      const retryMs = step.kind === 'wait' ? step.delayMs : 0
      this.#tell({ kind: 'failed', key: keyOf(work.gap), reason, retryMs })
    }
    work.failures = retry.attempt
    return step
  }

  #noteFailure(): void {
    this.#counters.failures += 1
    this.#pace.failed()
  }

  async #checkTail(): Promise<void> {
    const isFree = !this.#isTailBusy && this.#pace.isOpen
    const instrument = isFree ? this.#tail.due() : null
    if (instrument === null) return
    this.#isTailBusy = true
    let isAnswered = false
    try {
      await this.#tail.ask(instrument, this.#rest())
      isAnswered = true
    } catch (error) {
      if (error instanceof InvariantError) throw error
      if (!this.#abort.signal.aborted) {
        this.#noteFailure()
        this.#tail.failed(instrument)
      }
    } finally {
      this.#isTailBusy = false
    }
    if (isAnswered && !this.#abort.signal.aborted) void this.#checkTail()
  }

  #announce(anchor: Anchor): void {
    this.#counters.anchors += 1
    this.#options.announce(anchor)
    this.#tell({ kind: 'tail', instrument: anchor.instrument, id: anchor.id })
  }

  #rest(): RestContext {
    return countRequests(this.#options.rest(this.#abort.signal), this.#counters)
  }

  #tell(event: UntimedBackfillEvent): void {
    this.#options.onEvent({ ...event, atMs: this.#options.clock.nowMs() })
  }
}

/** Grown at its newer end since it was last looked at: what was not asked for then has to be. */
function isLonger(gap: Gap, known: Gap): boolean {
  return (gap.lastId ?? gap.toMs) > (known.lastId ?? known.toMs)
}

function nameOf({ instrument, firstId, fromMs }: Gap): string {
  return `${instrument} ${firstId ?? `from ${fromMs}`}`
}
