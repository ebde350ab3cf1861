import type { InstrumentId } from '../instrument.ts'
import type { Gap } from './gap.ts'
import { settleByTime } from './gap-pieces.ts'
import type { OpenGap } from './gap-shelf.ts'
import type { LedgerSeed } from './ledger-changes.ts'
import type { LedgerRecord } from './ledger-record.ts'
import { marketClosed, type LinkMark } from './link-mark.ts'
import { openStretches, type ClosedBetween } from './open-stretches.ts'
import type { Settlement } from './settlement.ts'
import type { Interruption } from './standing-links.ts'
import { StandingLinks } from './standing-links.ts'

/** Trades of the last moment before a sign of life may still be under way. */
const marginMs = 1_000

/** Venue times and our clock may differ by so much where a gap begins and ends. */
const edgeMs = 1_000

/** How far behind the venue's our clock is believed to be at most. */
const mostBehindMs = 60_000

/** Open gaps of an instrument; further ones grow into one with the oldest. */
const gapsHeld = 256

/** What is stored of an instrument whose ids do not count on. */
export type LinkSeed = {
  /** Venue time of the newest stored trade; -Infinity when there is none. */
  readonly newestMs: number
  /** How far our clock was behind the venue's when they came, ms; 0 where it was not. */
  readonly behindMs: number
  readonly ledger: LedgerSeed
}

/** `unproven`: nothing tells whether a standing link brought everything. */
type Kind = 'complete' | 'unproven'

/** Venue times between which trades could not be kept, and why the first of them could not. */
type Dropped = { readonly fromMs: number; readonly toMs: number; readonly why: Interruption }

/** A link that brought no sign of life yet. */
type Beginning = {
  /** Run clock. */
  readonly atMs: number
  /** Venue time up to which the gap before it was opened. */
  readonly missedToMs: number
  readonly interruption: Interruption
}

/**
 * The ledger of an instrument whose ids do not count on, or that has none: what links prove.
 *
 * Coverage grows with the instrument's events while a link carries it, up to a second before each. From
 * there to the next link is a gap.
 */
export class LinkLedger {
  readonly #instrument: InstrumentId
  readonly #record: LedgerRecord
  readonly #kind: Kind
  readonly #closedBetween: ClosedBetween
  readonly #links = new StandingLinks()
  /** What happened since coverage ended; null while a link stands, or before the first. */
  #interruption: Interruption | null = null
  /** The last link to begin after an interruption; null once an event told the venue's time. */
  #beginning: Beginning | null = null
  /** Venue time up to which everything is stored; -Infinity when nothing is. */
  #endMs = -Infinity
  /** Trades that came and could not be kept; null while all are kept. */
  #dropped: Dropped | null = null
  /** Least that our clock at an event's arrival was ahead of its venue time, ms; Infinity before the first. */
  #leastLagMs = Infinity

  constructor(
    instrument: InstrumentId,
    record: LedgerRecord,
    of: {
      readonly kind: Kind
      readonly seed: LinkSeed | null
      readonly closedBetween: ClosedBetween
    }
  ) {
    this.#instrument = instrument
    this.#record = record
    this.#kind = of.kind
    this.#closedBetween = of.closedBetween
    if (of.seed !== null) this.#resume(of.seed)
  }

  /** Takes a sign of life of the instrument itself. @param runNowMs Run clock at its arrival. */
  alive(eventMs: number, runNowMs: number): void {
    const lagMs = Math.max(runNowMs - eventMs, -mostBehindMs)
    this.#leastLagMs = Math.min(this.#leastLagMs, lagMs)
    if (this.#beginning !== null) this.#dateBeginning(this.#beginning, lagMs)
    this.#sealBefore(Math.min(eventMs, runNowMs))
  }

  /** A trade came and could not be kept: nothing after it is covered until one is kept again. */
  dropped(eventMs: number, why: Interruption): void {
    if (!this.#links.areAny) return
    const none = { fromMs: this.#record.sealedMs, toMs: -Infinity, why }
    const { fromMs, toMs, why: firstWhy } = this.#dropped ?? none
    this.#dropped = {
      fromMs: Math.min(fromMs, eventMs),
      toMs: Math.max(toMs, eventMs),
      why: firstWhy
    }
    this.#record.tellExactly()
  }

  /** A trade is kept: what was dropped before it is missing. */
  kept(eventMs: number): void {
    if (this.#dropped !== null) this.#missDropped(this.#dropped, eventMs)
  }

  /**
   * Takes the venue's word of a trade that did not come though a link stands: all that lies between the
   * trades known next to it may be missing. Of a time that a gap had already nothing is opened again.
   */
  missed(
    { beforeMs, afterMs }: { readonly beforeMs: number; readonly afterMs: number },
    eventMs: number
  ): void {
    const beganMs = this.#record.newest?.fromMs ?? Infinity
    const fromMs = Math.max(beforeMs, beganMs)
    if (!this.#links.areAny || eventMs <= fromMs || eventMs < this.#record.gaps.reachMs) return
    const reason = 'a trade that REST tells did not come by the feed'
    const toMs = afterMs === Infinity ? eventMs : afterMs
    this.#open(fromMs, Math.floor(toMs) + 1, { cause: 'missing-ids', reason })
  }

  /** Tells whether an open gap asks for a trade of that time. */
  isWanted(eventMs: number): boolean {
    return this.#record.gaps.open.some(
      ({ gap }) => eventMs >= (gap.fromMs ?? gap.toMs) - edgeMs && eventMs <= gap.toMs + edgeMs
    )
  }

  /** A link that is told up once more gave a sign of life. */
  mark(mark: LinkMark): void {
    switch (this.#links.take(mark)) {
      case 'first':
        this.#beginAt(mark.atMs)
        return
      case 'again':
        this.#sealBefore(mark.lastFrameMs)
        return
      case 'last':
        this.#endAt(mark)
        return
      case 'fewer':
        this.#lookBehind(mark)
        return
      case 'more':
      case 'unknown':
    }
  }

  settle(held: OpenGap, settlement: Settlement): void {
    const { gap } = held
    if (gap.firstId !== null) return
    this.#record.gaps.settle(held, settleByTime(gap, settlement))
  }

  #resume({ newestMs, behindMs, ledger }: LinkSeed): void {
    if (behindMs > 0) this.#leastLagMs = -Math.min(behindMs, mostBehindMs)
    if (ledger.coverage !== null) this.#record.resume(ledger.coverage)
    for (const gap of ledger.openGaps) this.#record.gaps.resume(gap, [])
    this.#endMs = Math.max(ledger.coverage?.toMs ?? newestMs, ledger.newestGap?.toMs ?? -Infinity)
    if (this.#endMs === -Infinity) return
    this.#interruption = { cause: 'not-running', reason: null }
  }

  #beginAt(atMs: number): void {
    const interruption = this.#interruption
    const upMs = this.#venueTimeOf(atMs)
    if (interruption !== null && upMs > this.#endMs)
      this.#uncarried(this.#endMs, upMs, interruption)
    this.#interruption = null
    const missedToMs = Math.max(upMs, this.#endMs)
    this.#beginning = interruption === null ? null : { atMs, missedToMs, interruption }
    this.#record.begin(this.#kind, missedToMs)
  }

  /** Our clock may have been stepped back in the interruption: then it lasted longer than it seemed. */
  #dateBeginning({ atMs, missedToMs, interruption }: Beginning, lagMs: number): void {
    this.#beginning = null
    const upMs = atMs - lagMs
    if (this.#links.areAny && upMs > missedToMs + edgeMs)
      this.#uncarried(missedToMs, upMs, interruption)
  }

  /**
   * A link ended and others stand. When it fell silent before the oldest of them began, nothing carried
   * the instrument in between, though events of the others sealed that time. When it did not, what was
   * under way at its last sign of life came by the others: there the margin is not needed.
   */
  #lookBehind({ atMs, lastFrameMs, reason, isDrained }: LinkMark): void {
    const fromMs = lastFrameMs - marginMs
    const toMs = this.#venueTimeOf(this.#links.oldestMs)
    const isBridged =
      isDrained === true
        ? atMs >= this.#links.oldestMs
        : lastFrameMs - Math.min(this.#leastLagMs, 0) >= toMs
    const isTold = this.#record.gaps.open.some(
      ({ gap }) => (gap.fromMs ?? gap.toMs) <= fromMs && gap.toMs >= toMs
    )
    if (!isBridged && !isTold) this.#uncarried(fromMs, toMs, { cause: 'disconnected', reason })
  }

  /** Venue times are not in strict order: what was dropped may be newer than the trade that is kept. */
  #missDropped(dropped: Dropped, untilMs: number): void {
    const toMs = Math.max(untilMs, Math.floor(dropped.toMs) + 1, this.#record.sealedMs)
    this.#dropped = null
    this.#open(dropped.fromMs, toMs, dropped.why)
    this.#record.begin(this.#kind, toMs)
  }

  #sealBefore(eventMs: number): void {
    if (this.#links.areAny && this.#dropped === null) this.#record.frontier.seal(eventMs - marginMs)
  }

  /**
   * The venue's time when a link began. What the venue sent before its word that it began took as long
   * to come as its word did: the least lag of any event takes our clock's error out as well.
   */
  #venueTimeOf(atMs: number): number {
    const venueMs = atMs - (Number.isFinite(this.#leastLagMs) ? this.#leastLagMs : 0)
    return venueMs > this.#endMs ? venueMs : atMs
  }

  #endAt({ atMs, lastFrameMs, reason }: LinkMark): void {
    if (this.#dropped !== null) this.#missDropped(this.#dropped, lastFrameMs)
    this.#record.frontier.seal(lastFrameMs - marginMs)
    this.#record.tellExactly()
    const isOver = reason === marketClosed
    // It stood until its market had been closed for minutes: only what a late return misses is missing.
    this.#endMs = isOver ? Math.max(this.#record.sealedMs, atMs) : this.#record.sealedMs
    this.#interruption = {
      cause: 'disconnected',
      reason: isOver ? 'not connected when the market opened' : reason
    }
  }

  /** Nothing carried the instrument: what its market may have traded meanwhile is missing. */
  #uncarried(fromMs: number, toMs: number, interruption: Interruption): void {
    for (const open of openStretches({ fromMs, toMs }, this.#closedBetween)) {
      this.#open(open.fromMs, open.toMs, interruption)
    }
  }

  #open(fromMs: number, toMs: number, { cause, reason }: Interruption): void {
    this.#record.gaps.add({
      instrument: this.#instrument,
      firstId: null,
      lastId: null,
      fromMs,
      toMs,
      state: this.#kind === 'complete' ? 'open' : 'unproven',
      cause,
      reason,
      missedTrades: null,
      source: null
    })
    if (this.#record.gaps.open.length > gapsHeld) this.#mergeOldest()
  }

  /** The name of the merged gap is new: who settles one of the two means less than it. */
  #mergeOldest(): void {
    const [older, newer] = this.#record.gaps.open
    if (older === undefined || newer === undefined) return
    const fromMs = (older.gap.fromMs ?? older.gap.toMs) - 1
    const merged: Gap = { ...older.gap, firstId: null, fromMs, toMs: newer.gap.toMs }
    this.#record.gaps.merge([older, newer], merged, [])
  }
}
