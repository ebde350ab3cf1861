import type { Anchor, Trade } from '../../../core/market/event.ts'
import type { Instrument, InstrumentId } from '../../../core/market/instrument.ts'
import type { LinkMark } from '../../../core/market/ledger/link-mark.ts'
import type { RestContext, Venue } from '../../../venues/venue.ts'
import type { Clock, Timer } from '../clock.ts'
import { judgeRecentPage } from './judge-page.ts'

/** Quiet for so long an instrument is asked about, and then again and again; below 60 s, to answer within it. */
const quietMs = 55_000
/** After a subscription the feed itself is given so long to tell a trade, ms. */
const settleMs = 3_000
/** A trade that REST knows sooner than the feed is held back until it is so old, ms. */
const holdMs = 2_000
/** What was not asked for so long may be made up for, ms. */
const madeUpMs = 500
/** After a failure nothing is asked for so long, ms. */
const failedMs = 5_000
/** Part of the venue's REST budget that tail checks use at most. */
const shareOfBudget = 0.5

export type TailCheckOptions = {
  readonly venue: Venue
  readonly clock: Clock
  /** Those collected. */
  readonly instruments: () => readonly Instrument[]
  /** Run clock at which a trade of it last came, epoch ms; null before the first. */
  readonly lastTradeMs: (instrument: InstrumentId) => number | null
  readonly announce: (anchor: Anchor) => void
}

/**
 * Asks REST for the newest trade where the feed would not show that one was lost: after each
 * subscription, and while an instrument is quiet. Only for venues that do not tell it themselves.
 */
export class TailCheck {
  readonly #options: TailCheckOptions
  readonly #isNeeded: boolean
  /** Connections that carry an instrument. */
  readonly #links = new Map<InstrumentId, Set<string>>()
  /** Run clock of the last `up` that was not looked into yet, in order. */
  readonly #fresh = new Map<InstrumentId, number>()
  /** Monotonic time of the last question about an instrument. */
  readonly #askedMs = new Map<InstrumentId, number>()
  readonly #held = new Set<Timer>()
  #nextMs = -Infinity
  /** Where the round goes on. */
  #turn = 0

  constructor(options: TailCheckOptions) {
    this.#options = options
    const { tradeIds, tellsLastTrade } = options.venue
    this.#isNeeded = tradeIds !== 'none' && !tellsLastTrade
  }

  /** Takes note which instruments are carried. */
  mark({ state, connection, instruments, atMs }: LinkMark): void {
    if (!this.#isNeeded) return
    for (const id of instruments) {
      const links = this.#links.get(id) ?? new Set()
      if (state === 'up') {
        links.add(connection)
        this.#links.set(id, links)
        this.#fresh.set(id, atMs)
      } else {
        links.delete(connection)
        if (links.size === 0) this.#forget(id)
      }
    }
  }

  /** The next instrument to ask about; null when none is due, or the share of the budget is used up. */
  due(): Instrument | null {
    const { clock, venue } = this.#options
    if (!this.#isNeeded || this.#links.size === 0) return null
    const monotonicMs = clock.monotonicMs()
    if (monotonicMs < this.#nextMs) return null
    const found = this.#findDue()
    if (found === null) return null
    const everyMs = 1_000 / (venue.limits.rest.perSecond * shareOfBudget)
    this.#nextMs = Math.max(this.#nextMs, monotonicMs - madeUpMs) + everyMs
    this.#fresh.delete(found.id)
    this.#askedMs.set(found.id, monotonicMs)
    return found
  }

  /**
   * Asks for the newest trade and announces it once the feed had time to bring it.
   *
   * @throws VenueError
   */
  async ask(instrument: Instrument, rest: RestContext): Promise<void> {
    const { venue, clock } = this.#options
    const page = await venue.fetchRecentTrades(rest, instrument, 1)
    rest.signal.throwIfAborted()
    if (page === null) return
    const asked = { instrument: instrument.id, nowMs: clock.nowMs() }
    const newest = page.trades.at(-1)
    if (newest === undefined || judgeRecentPage(page, asked) !== null) return
    const ageMs = clock.nowMs() - newest.eventMs
    if (ageMs >= holdMs) this.#announce(newest)
    else this.#hold(newest, Math.min(holdMs, holdMs - ageMs))
  }

  /** The question failed: it is asked again later. */
  failed({ id }: Instrument): void {
    const { clock } = this.#options
    this.#nextMs = clock.monotonicMs() + failedMs
    this.#askedMs.delete(id)
    if (this.#links.has(id)) this.#fresh.set(id, clock.nowMs())
  }

  close(): void {
    for (const timer of this.#held) timer.cancel()
    this.#held.clear()
    this.#links.clear()
    this.#fresh.clear()
    this.#askedMs.clear()
  }

  #findDue(): Instrument | null {
    const instruments = this.#options.instruments()
    for (let step = 0; step < instruments.length; step += 1) {
      const at = (this.#turn + step) % instruments.length
      const instrument = instruments[at]
      if (instrument === undefined || !this.#isDue(instrument.id)) continue
      this.#turn = at + 1
      return instrument
    }
    return null
  }

  #isDue(id: InstrumentId): boolean {
    if (!this.#links.has(id)) return false
    const { clock, lastTradeMs, venue } = this.#options
    const nowMs = clock.nowMs()
    const tradeMs = lastTradeMs(id) ?? -Infinity
    const upMs = this.#fresh.get(id)
    if (upMs !== undefined && venue.tradeIds === 'contiguous') {
      if (tradeMs > upMs) this.#fresh.delete(id)
      else if (nowMs - upMs >= settleMs) return true
    }
    const askedMs = this.#askedMs.get(id) ?? -Infinity
    const isAnswered = clock.monotonicMs() - askedMs < quietMs
    return !isAnswered && nowMs - Math.max(tradeMs, upMs ?? -Infinity) >= quietMs
  }

  #hold(trade: Trade, delayMs: number): void {
    const timer = this.#options.clock.after(delayMs, () => {
      this.#held.delete(timer)
      this.#announce(trade)
    })
    this.#held.add(timer)
  }

  #announce(trade: Trade): void {
    this.#options.announce({ ...trade, kind: 'anchor' })
  }

  #forget(id: InstrumentId): void {
    this.#links.delete(id)
    this.#fresh.delete(id)
    this.#askedMs.delete(id)
  }
}
