import { invariant } from '../../../core/invariant.ts'
import type { Trade } from '../../../core/market/event.ts'
import type { Gap } from '../../../core/market/ledger/gap.ts'
import type { VenueError } from '../../../core/venue-error.ts'
import type { RestContext, TradeIdRange, TradePage } from '../../../venues/venue.ts'
import { refillFromCandles, settleLost } from './candle-refill.ts'
import type { Unreached } from './candle-refill.ts'
import { judgeNumberedPage } from './judge-page.ts'
import type { KnownTrades } from './known-trades.ts'
import { Patience } from './patience.ts'
import { PendingIds } from './pending-ids.ts'
import { keyOf } from './refill.ts'
import type { Refill, RefillContext, RefillStep } from './refill.ts'
import { refusalOf } from './refusal.ts'
import { Trust } from './trust.ts'

/** Waits before asking again for trades that the venue did not give; REST may lag behind the feed. */
const absentWaitsMs = [1_000, 5_000, 15_000]
/** The same where it gave newer ones: then they are gone, and one look more is enough. */
const goneWaitsMs = [1_000]
/** Wait between one walk through the gap that brought something and the next. */
const nextWalkMs = 1_000
/** Walks through a gap at most. */
const mostWalks = 8

/**
 * Refills a gap where ids tell what is missing: pages are asked for from the newest id down, so that a
 * chart fills up towards the past and the gap keeps its name, its first id, until the end.
 *
 * Each page is asked for with the known trades on either side of it, and must repeat them as they are.
 * One walk goes down to the first id; what it left out is asked for in further walks. When those bring
 * nothing, candles take the place of what is still missing.
 */
export class RefillById implements Refill {
  readonly #context: RefillContext
  readonly #pending: PendingIds
  /** Null until a walk begins: the highest id it still asks for. */
  #cursor: number | null = null
  #walks = 0
  #gainedInWalk = 0
  /** The lowest trade applied. */
  #lowest: Trade | null = null
  #absent = new Patience(absentWaitsMs)
  /** Known trades right beside what is asked for; three at most. */
  readonly #beside = new Map<number, Trade>()
  readonly #trust: Trust
  /** What no trades are to be had for; null while they are asked for. */
  #unreached: Unreached | null = null

  constructor(context: RefillContext, gap: Gap) {
    this.#context = context
    this.#trust = new Trust(context)
    this.#pending = new PendingIds(idsOf(gap))
  }

  async step(gap: Gap, rest: RestContext): Promise<RefillStep> {
    if (this.#unreached !== null) {
      return refillFromCandles(this.#context, { gap, unreached: this.#unreached }, rest)
    }
    this.#pending.clip(idsOf(gap))
    this.#cursor ??= idsOf(gap).toId
    const range = this.#pending.newestUpTo(this.#cursor)
    if (range === null) return this.#walked(gap)
    const { venue, instrument, tell } = this.#context
    const known = await this.#knownBeside(gap, range)
    rest.signal.throwIfAborted()
    const asked = widened(range, known)
    tell({ kind: 'asked', key: keyOf(gap), what: 'trades', range: asked })
    const page = await venue.fetchTradesById(rest, instrument, asked)
    rest.signal.throwIfAborted()
    if (page === null) return this.#turnToCandles(gap, 'the venue serves no trades by id')
    const { fromMs, toMs } = gap
    const fault = judgeNumberedPage(page, {
      instrument: instrument.id,
      range: asked,
      fromMs,
      toMs,
      known
    })
    return fault === null
      ? this.#take(gap, range, page)
      : this.#trust.contradicted(gap, fault, null)
  }

  refused(gap: Gap, refusal: VenueError): RefillStep {
    const again = this.#trust.refused()
    if (again !== null) return again
    return this.#unreached === null
      ? this.#turnToCandles(gap, refusalOf(refusal, 'trades'))
      : settleLost(gap, this.#unreached, refusalOf(refusal, 'candles'))
  }

  /** What is known is asked for once; the lowest trade of a page stands beside the next one. */
  async #knownBeside(gap: Gap, { fromId, toId }: TradeIdRange): Promise<KnownTrades> {
    const beside = [fromId - 1, toId + 1]
    for (const id of this.#beside.keys()) if (!beside.includes(id)) this.#beside.delete(id)
    const ids = beside.filter((id) => !this.#beside.has(id))
    if (ids.length === 0) return this.#beside
    const { instrument, fromMs, toMs } = gap
    for (const trade of await this.#context.known({ instrument, ids, fromMs, toMs })) {
      this.#beside.set(Number(trade.id), trade)
    }
    return this.#beside
  }

  #take(gap: Gap, range: TradeIdRange, page: TradePage): RefillStep {
    const { counters, apply, tell } = this.#context
    const within = page.trades.filter(({ id }) => Number(id) <= range.toId)
    const trades = within.filter(({ id }) => Number(id) >= range.fromId)
    const news = trades.filter((trade) => apply(trade) === 'stored')
    const stored = news.length
    counters.trades += stored
    const gained = this.#pending.remove(trades.map(({ id }) => Number(id)))
    this.#gainedInWalk += gained
    const [lowest] = trades
    this.#cursor = Number(within[0]?.id ?? range.fromId) - 1
    if (lowest !== undefined && lowest === news[0]) this.#beside.set(Number(lowest.id), lowest)
    if (lowest !== undefined && !(Number(lowest.id) >= Number(this.#lowest?.id ?? Infinity))) {
      this.#lowest = lowest
    }
    if (gained > 0) this.#trust.confirmed()
    tell({ kind: 'applied', key: keyOf(gap), trades: trades.length, stored })
    return { kind: 'again' }
  }

  /** A walk is over and the gap is open still. */
  #walked(gap: Gap): RefillStep {
    this.#walks += 1
    this.#cursor = null
    const gained = this.#gainedInWalk
    this.#gainedInWalk = 0
    if (this.#pending.highest === null) return this.#settleServed(gap)
    const isMore = this.#walks < mostWalks
    if (isMore && gained > 0) {
      this.#absent = new Patience(goneWaitsMs)
      return { kind: 'wait', delayMs: nextWalkMs }
    }
    const delayMs = isMore ? this.#absent.next() : null
    if (delayMs !== null) return { kind: 'wait', delayMs }
    return this.#turnToCandles(gap, 'the venue does not serve these trades any more')
  }

  /** Every id was served, and still the gap is open: what it holds back, no further request can give. */
  #settleServed(gap: Gap): RefillStep {
    const reason = 'the venue served its trades and not all could be kept'
    const settlement = { key: keyOf(gap), rest: 'lost', reason, reachedFromMs: null } as const
    return { kind: 'settle', settlement }
  }

  #turnToCandles(gap: Gap, reason: string): RefillStep {
    const isAtEdge = Number(this.#lowest?.id) - 1 === this.#pending.highest
    const toMs = isAtEdge ? Math.min(gap.toMs, this.#lowest?.eventMs ?? gap.toMs) : gap.toMs
    this.#unreached = { fromMs: gap.fromMs, toMs, reachedFromMs: null, reason }
    return { kind: 'again' }
  }
}

function widened({ fromId, toId }: TradeIdRange, known: KnownTrades): TradeIdRange {
  return {
    fromId: known.has(fromId - 1) ? fromId - 1 : fromId,
    toId: known.has(toId + 1) ? toId + 1 : toId
  }
}

function idsOf({ instrument, firstId, lastId }: Gap): TradeIdRange {
  invariant(firstId !== null && lastId !== null, `a gap of ${instrument} without ids`)
  return { fromId: firstId, toId: lastId }
}
