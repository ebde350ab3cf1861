import { invariant } from '../../../core/invariant.ts'
import type { Gap } from '../../../core/market/ledger/gap.ts'
import type { VenueError } from '../../../core/venue-error.ts'
import type { RestContext, TradePage } from '../../../venues/venue.ts'
import { refillFromCandles, settleLost } from './candle-refill.ts'
import type { Unreached } from './candle-refill.ts'
import { findContradictionIn, judgeRecentPage } from './judge-page.ts'
import type { KnownTrades } from './known-trades.ts'
import { Patience } from './patience.ts'
import { keyOf } from './refill.ts'
import type { Refill, RefillContext, RefillStep } from './refill.ts'
import { refusalOf } from './refusal.ts'
import { Trust } from './trust.ts'

const emptyWaitsMs = [1_000, 5_000]
/** REST may lag so far behind the feed: a list asked for later holds all trades up to the end of the gap, ms. */
const lagMs = 2_000
/** Trades so near to the gap are applied with it. */
const slackMs = 1_000

/**
 * Refills a gap where ids tell nothing but identity: the venue serves its newest trades only, so how far
 * back they reach decides. What lies before is left to candles.
 *
 * The list is asked for at once, before it moves on, and a second time where the first came too early to
 * hold the end of the gap; two lists count as one where they share a trade. A list must repeat what is
 * known of its trades.
 */
export class RefillByReach implements Refill {
  readonly #context: RefillContext
  /** Ids of the last list. */
  #listed: ReadonlySet<number | string> = new Set()
  /** Trades were had from here on; null before the first list. */
  #reachedMs: number | null = null
  readonly #empty = new Patience(emptyWaitsMs)
  readonly #trust: Trust
  #unreached: Unreached | null = null

  constructor(context: RefillContext) {
    this.#context = context
    this.#trust = new Trust(context)
  }

  async step(gap: Gap, rest: RestContext): Promise<RefillStep> {
    if (this.#unreached !== null) {
      return refillFromCandles(this.#context, { gap, unreached: this.#unreached }, rest)
    }
    const { venue, instrument, clock, tell } = this.#context
    tell({ kind: 'asked', key: keyOf(gap), what: 'recent', range: null })
    const askedMs = clock.nowMs()
    const page = await venue.fetchRecentTrades(rest, instrument)
    rest.signal.throwIfAborted()
    if (page === null) return this.#turnToCandles(gap, 'the venue serves no trades of the past')
    const nowMs = clock.nowMs()
    const unsound = judgeRecentPage(page, { instrument: instrument.id, nowMs })
    const known = unsound === null ? await this.#knownOf(gap, page, nowMs) : new Map()
    rest.signal.throwIfAborted()
    const fault = unsound ?? findContradictionIn(page, known)
    return fault === null
      ? this.#take(gap, { page, known, askedMs })
      : this.#trust.contradicted(gap, fault, gap.toMs)
  }

  refused(gap: Gap, refusal: VenueError): RefillStep {
    const again = this.#trust.refused()
    if (again !== null) return again
    return this.#unreached === null
      ? this.#turnToCandles(gap, refusalOf(refusal, 'trades'))
      : settleLost(gap, this.#unreached, refusalOf(refusal, 'candles'))
  }

  async #knownOf(gap: Gap, { trades }: TradePage, nowMs: number): Promise<KnownTrades> {
    const { instrument, fromMs } = gap
    const ids = trades.map(({ id }) => id)
    const known = await this.#context.known({ instrument, ids, fromMs, toMs: nowMs })
    return new Map(known.map((trade) => [trade.id, trade]))
  }

  #take(gap: Gap, { page: { trades }, known, askedMs }: JudgedList): RefillStep {
    const [oldest] = trades
    if (oldest === undefined) {
      const delayMs = this.#empty.next()
      if (delayMs !== null) return { kind: 'wait', delayMs }
      return this.#turnToCandles(gap, 'the venue serves no recent trades')
    }
    const news = trades.filter(({ id }) => !known.has(id))
    this.#apply(gap, news)
    const isJoined = trades.some(({ id }) => this.#listed.has(id))
    // The oldest trade of a list may have had company in its millisecond that the list cut off.
    const reachMs = Math.floor(oldest.eventMs) + 1
    this.#reachedMs = isJoined ? Math.min(this.#reachedMs ?? reachMs, reachMs) : reachMs
    this.#listed = new Set(trades.map(({ id }) => id))
    const newestMs = trades.at(-1)?.eventMs ?? -Infinity
    const restMs = gap.toMs + lagMs - askedMs
    if (newestMs < gap.toMs && restMs > 0) return { kind: 'wait', delayMs: restMs }
    return this.#judge(gap, this.#reachedMs)
  }

  #apply(gap: Gap, trades: TradePage['trades']): void {
    const { counters, apply, tell } = this.#context
    const fromMs = startOf(gap) - slackMs
    const near = trades.filter(({ eventMs }) => eventMs >= fromMs && eventMs <= gap.toMs + slackMs)
    const stored = near.filter((trade) => apply(trade) === 'stored').length
    counters.trades += stored
    tell({ kind: 'applied', key: keyOf(gap), trades: near.length, stored })
  }

  #judge(gap: Gap, reachedMs: number): RefillStep {
    if (reachedMs > startOf(gap)) {
      return this.#turnToCandles(gap, 'the venue serves no older trades')
    }
    const reason = 'recent trades reach back before it'
    const settlement = { key: keyOf(gap), rest: 'lost', reason, reachedFromMs: null } as const
    return { kind: 'settle', settlement }
  }

  #turnToCandles(gap: Gap, reason: string): RefillStep {
    const reachedFromMs = Math.min(this.#reachedMs ?? gap.toMs, gap.toMs)
    this.#unreached = { fromMs: gap.fromMs, toMs: reachedFromMs, reachedFromMs, reason }
    return { kind: 'again' }
  }
}

type JudgedList = {
  readonly page: TradePage
  readonly known: KnownTrades
  readonly askedMs: number
}

function startOf({ instrument, fromMs }: Gap): number {
  invariant(fromMs !== null, `a gap of ${instrument} without a start`)
  return fromMs
}
