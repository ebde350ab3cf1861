import type { Heartbeat, Trade } from '../event.ts'
import type { IdRange } from '../id-tracker.ts'
import type { InstrumentId } from '../instrument.ts'
import { RecentIds } from '../recent-ids.ts'
import type { ArrivedTrade, TradeIds } from '../trade-order.ts'
import type { Frontier } from './frontier.ts'
import type { Gap } from './gap.ts'
import { IdLedger } from './id-ledger.ts'
import type { LedgerSeed } from './ledger-changes.ts'
import { LedgerRecord } from './ledger-record.ts'
import { LinkLedger } from './link-ledger.ts'
import type { LinkMark } from './link-mark.ts'
import type { ClosedBetween } from './open-stretches.ts'
import type { Settlement } from './settlement.ts'
import type { Interruption } from './standing-links.ts'

/**
 * What a trade's identity says. `gap`: new, and others before it are missing. `uncertain`: may be stored
 * already. `refused`: from history, and no open gap asks for it.
 */
export type TradeVerdict = 'new' | 'gap' | 'duplicate' | 'uncertain' | 'refused'

/** What is stored of an instrument, as far as its ledger needs it. */
export type StoredLedger = {
  /** The newest stored trades in TradeOrder; may be empty. */
  readonly tail: readonly ArrivedTrade[]
  /** Ids of flagged trades that are known besides; may be empty. */
  readonly flaggedIds: readonly (number | string)[]
  readonly ledger: LedgerSeed
}

type LedgerOptions = {
  readonly tradeIds: TradeIds
  /** Null when nothing is stored. */
  readonly stored: StoredLedger | null
  /** Nothing is missed while its market is closed. */
  readonly closedBetween: ClosedBetween
  /** Where the instrument is put when its figures change. */
  readonly changed: Set<InstrumentId>
  /** Where its record is put once there is something to take from it. */
  readonly untold: LedgerRecord[]
}

/**
 * The truth ledger of one instrument in one run: which trades are new, up to when everything is here, and
 * what is missing. What ids cannot prove, links do.
 */
export class InstrumentLedger {
  readonly record: LedgerRecord
  readonly #frontier: Frontier
  readonly #ids: IdLedger | null
  readonly #links: LinkLedger | null
  readonly #recent: RecentIds | null

  constructor(
    instrument: InstrumentId,
    { tradeIds, stored, closedBetween, ...lists }: LedgerOptions
  ) {
    const isById = tradeIds === 'contiguous'
    this.record = new LedgerRecord(instrument, lists, isById ? 'byIds' : 'byLinks')
    this.#frontier = this.record.frontier
    this.#ids = isById ? new IdLedger(instrument, this.record, idSeed(stored)) : null
    this.#links = isById
      ? null
      : new LinkLedger(instrument, this.record, { ...linkSeed(tradeIds, stored), closedBetween })
    this.#recent = tradeIds === 'unique' ? recentIds(stored) : null
  }

  /** Missing ids, ascending, those of settled gaps too; null where the venue's ids do not tell. */
  get holes(): readonly IdRange[] | null {
    return this.#ids?.holes ?? null
  }

  /** The ids that the last `gap` found missing. */
  get missing(): IdRange | null {
    return this.#ids?.missing ?? null
  }

  get holesMerged(): number {
    return this.#ids?.holesMerged ?? 0
  }

  get openGaps(): readonly Gap[] {
    return this.record.gaps.open.map(({ gap }) => gap)
  }

  /** Takes note of a trade from the feed. */
  take(trade: Trade, runNowMs: number): TradeVerdict {
    const { id, eventMs } = trade
    if (typeof id === 'number' && this.#frontier.takeNext(id, eventMs)) return 'new'
    if (this.#ids !== null) {
      const verdict = this.#ids.take(Number(id), eventMs)
      return verdict === 'next' || verdict === 'late' ? 'new' : verdict
    }
    this.#links?.kept(eventMs)
    this.#links?.alive(eventMs, runNowMs)
    return this.#recent?.take(trade.id, eventMs) ?? 'new'
  }

  /** Takes note that a trade came from the feed and could not be kept: what is missing begins with it. */
  dropped(eventMs: number, why: Interruption): void {
    this.#ids?.dropped(why)
    this.#links?.dropped(eventMs, why)
  }

  /** Takes note of a trade from the feed whose time is not believed, under another in its place. */
  takeFlagged(trade: Trade, runNowMs: number): TradeVerdict {
    if (this.#ids === null) return this.take(trade, runNowMs)
    const verdict = this.#ids.takeFlagged(Number(trade.id), trade.eventMs)
    return verdict === 'next' || verdict === 'late' ? 'new' : verdict
  }

  /** Takes note of a trade from history. */
  takeFromHistory(trade: Trade): TradeVerdict {
    const { id, eventMs } = trade
    if (this.#ids !== null) {
      const verdict = this.#ids.takeFromHistory(Number(id), eventMs)
      return verdict === 'next' || verdict === 'late' ? 'new' : verdict
    }
    if (this.#recent?.has(id) === true) return 'duplicate'
    if (this.#links?.isWanted(eventMs) !== true) return 'refused'
    return this.#recent?.take(id, eventMs) ?? 'refused'
  }

  /** Takes the venue's word that a trade was the newest at a time. */
  announce(id: number | string, eventMs: number, runNowMs: number): 'gap' | 'known' {
    if (this.#recent?.has(id) === false) {
      const around = this.#recent.around(eventMs)
      if (around !== null) this.#links?.missed(around, eventMs)
    }
    if (this.#ids === null || typeof id !== 'number') return 'known'
    return this.#ids.announce(id, eventMs, runNowMs)
  }

  heartbeat({ lastTradeId, eventMs }: Heartbeat, runNowMs: number): 'gap' | 'known' {
    if (lastTradeId !== null && this.#frontier.takeStill(lastTradeId, eventMs)) return 'known'
    this.#links?.alive(eventMs, runNowMs)
    if (this.#ids === null || lastTradeId === null) return 'known'
    return this.#ids.heartbeat(lastTradeId, eventMs, runNowMs)
  }

  /** Takes any other sign of life of the instrument. */
  alive(eventMs: number, runNowMs: number): void {
    this.#links?.alive(eventMs, runNowMs)
  }

  /** Moves the run clock. */
  advance(runNowMs: number): 'gap' | 'known' {
    return this.#ids?.advance(runNowMs) ?? 'known'
  }

  mark(mark: LinkMark): void {
    this.#ids?.mark(mark)
    this.#links?.mark(mark)
  }

  /** Closes a gap; one that is not open is left alone. */
  settle(settlement: Settlement): void {
    const held = this.record.gaps.find(settlement.key)
    if (held === null) return
    this.#ids?.settle(held, settlement)
    this.#links?.settle(held, settlement)
  }
}

function idSeed(stored: StoredLedger | null) {
  if (stored === null) return null
  const { tail, flaggedIds, ledger } = stored
  return {
    tail: tail.map(({ trade }) => ({ id: Number(trade.id), eventMs: trade.eventMs })),
    flaggedIds: flaggedIds.map(Number),
    ledger
  }
}

function linkSeed(tradeIds: TradeIds, stored: StoredLedger | null) {
  const kind = tradeIds === 'none' ? ('unproven' as const) : ('complete' as const)
  if (stored === null) return { kind, seed: null }
  const { tail, ledger } = stored
  const newestMs = Math.max(...tail.map(({ trade }) => trade.eventMs))
  const behindMs = Math.max(0, ...tail.map(({ trade }) => trade.eventMs - trade.receivedMs))
  return { kind, seed: { newestMs, behindMs, ledger } }
}

function recentIds(stored: StoredLedger | null): RecentIds {
  if (stored === null) return new RecentIds(null)
  const recent = new RecentIds(stored.tail[0]?.trade.eventMs ?? null)
  for (const { trade } of stored.tail) recent.remember(trade.id, trade.eventMs)
  return recent
}
