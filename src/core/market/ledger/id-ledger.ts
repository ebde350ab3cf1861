import type { IdRange, IdVerdict } from '../id-tracker.ts'
import type { InstrumentId } from '../instrument.ts'
import { AwaitedId } from './awaited-id.ts'
import type { Gap } from './gap.ts'
import { settleByIds } from './gap-pieces.ts'
import type { OpenGap } from './gap-shelf.ts'
import { isIdGap } from './gap-shelf.ts'
import type { Frontier } from './frontier.ts'
import type { IdEpochs, KnownTrade } from './id-epochs.ts'
import type { IdSeed } from './id-seed.ts'
import { epochsOf, filledOf } from './id-seed.ts'
import type { LedgerRecord } from './ledger-record.ts'
import type { LinkMark } from './link-mark.ts'
import { mergedGap } from './merged-gap.ts'
import type { Settlement } from './settlement.ts'
import type { Interruption } from './standing-links.ts'
import { StandingLinks } from './standing-links.ts'

/** A word without a time of its own may be so old, 15 s, by a clock of ours that is ahead by so much, 60 s. */
const wordAgeMs = 75_000

/** A trade from history may contradict its neighbours' times by so much: venue times are not in strict order. */
const disorderMs = 1_000

const beganAnew = 'the venue began to number its trades anew'

const beforeFirst: Interruption = { cause: 'not-running', reason: null }
const leftOut: Interruption = { cause: 'missing-ids', reason: null }

/**
 * The ledger of an instrument whose venue numbers trades +1: ids alone prove that nothing is missing. What
 * `Frontier` takes does not come here.
 *
 * Coverage reaches to the newest trade, or to the venue's word that it is still the newest; gaps lie upon
 * it. A gap's cause is whether a link stood since the trade before it.
 */
export class IdLedger {
  readonly #instrument: InstrumentId
  readonly #record: LedgerRecord
  readonly #frontier: Frontier
  /** Behind the frontier by the trades that it took; `#caughtUp` sees to that. */
  readonly #ids: IdEpochs
  readonly #links = new StandingLinks()
  /** What happened since the highest id; means nothing while the frontier stands. */
  #interruption = beforeFirst
  /** A highest id is known. */
  #hasBegun = false
  /** The lowest id seen while nothing was stored, and its time. */
  #lowest: KnownTrade | null = null
  readonly #awaited: AwaitedId

  /** @param seed Null when nothing is stored. */
  constructor(instrument: InstrumentId, record: LedgerRecord, seed: IdSeed | null) {
    this.#instrument = instrument
    this.#record = record
    this.#frontier = record.frontier
    this.#awaited = new AwaitedId(record.frontier)
    this.#ids = epochsOf(seed)
    if (seed !== null) this.#resume(seed)
    this.#follow()
  }

  /** Missing ids, ascending; those of settled gaps too. */
  get holes(): readonly IdRange[] {
    return this.#ids.holes
  }

  get holesMerged(): number {
    return this.#ids.holesMerged
  }

  /** The ids that the last `gap` found missing. */
  get missing(): IdRange | null {
    return this.#ids.missing
  }

  /** Takes note of a trade from the feed. */
  take(id: number, eventMs: number): IdVerdict {
    const ids = this.#caughtUp()
    const trade = { id, eventMs }
    const isAnew = ids.isAnew(trade, this.#frontier.provenMs)
    if (isAnew && this.#record.gaps.holding(id) === null) return this.#beginAnew(trade)
    return this.#takeOther(trade, ids.take(trade))
  }

  /** A trade came and could not be kept: the next one that is kept shows which are missing. */
  dropped(why: Interruption): void {
    if (!this.#frontier.isStanding) return
    this.#interruption = why
    this.#frontier.isStanding = false
  }

  /** Takes note of a trade whose time is not believed. @param eventMs A time in its place. */
  takeFlagged(id: number, eventMs: number): IdVerdict {
    const ids = this.#caughtUp()
    const isNext = id === this.#frontier.highestId + 1
    return this.#takeOther({ id, eventMs }, ids.take({ id, eventMs: isNext ? eventMs : -Infinity }))
  }

  /**
   * Takes note of a trade from history: `refused` when no open gap asks for it, or when its time
   * contradicts the trades before and after that gap.
   */
  takeFromHistory(id: number, eventMs: number): IdVerdict | 'refused' {
    const ids = this.#caughtUp()
    const held = this.#record.gaps.holding(id)
    if (held?.filled.has(id) === true || ids.isStored({ id, eventMs })) return 'duplicate'
    if (held === null || !isWithin(held.gap, eventMs)) return 'refused'
    const verdict = ids.takeAsked(id)
    this.#cameLate({ id, eventMs }, 'backfill')
    return verdict
  }

  /**
   * Takes the venue's word that a trade was the newest at a time. Ids ahead of the newest trade are
   * missing at once where no link stood since; else the feed has 2 s to bring them. Where none is ahead,
   * no break took anything, and what is past since then is sealed.
   */
  announce(id: number, eventMs: number, seenMs: number): 'gap' | 'known' {
    const { highest } = this.#caughtUp()
    if (highest === null) {
      this.#begin(id + 1, eventMs)
      const verdict = this.#ids.announce(id)
      this.#follow()
      return verdict
    }
    if (this.#ids.isFormer({ id, eventMs })) return 'known'
    if (id === highest && this.#links.areAny && this.#awaited.pending === null) {
      this.#frontier.isStanding = true
      this.#frontier.seal(seenMs - wordAgeMs)
    }
    if (id <= highest) return 'known'
    if (this.#frontier.isStanding && this.#links.areAny) {
      if (this.#awaited.pending === null) this.#awaited.wait({ id, eventMs, seenMs })
      return 'known'
    }
    return this.#find(id, eventMs)
  }

  /** Takes a heartbeat that tells the newest id. @returns `gap` when the trades it announced stayed away. */
  heartbeat(id: number, eventMs: number, seenMs: number): 'gap' | 'known' {
    const { highest } = this.#caughtUp()
    if (highest === null) return this.announce(id, eventMs, seenMs)
    if (id === highest && this.#awaited.pending === null) {
      this.#frontier.stillAt(eventMs)
      this.#frontier.isStanding = true
    }
    if (id <= highest || this.#ids.isFormer({ id, eventMs })) return 'known'
    const late = this.#awaited.next({ id, eventMs, seenMs })
    return late === null ? 'known' : this.#find(late.id, late.eventMs)
  }

  /** Opens the gap of what was announced and stayed away. */
  advance(runNowMs: number): 'gap' | 'known' {
    const late = this.#awaited.takeLate(runNowMs)
    return late === null ? 'known' : this.#find(late.id, late.eventMs)
  }

  mark(mark: LinkMark): void {
    if (this.#links.take(mark) !== 'last') return
    if (this.#frontier.isStanding) {
      this.#interruption = { cause: 'disconnected', reason: mark.reason }
      this.#frontier.isStanding = false
    }
    this.#record.tellExactly()
  }

  settle(held: OpenGap, settlement: Settlement): void {
    if (!isIdGap(held.gap)) return
    this.#record.gaps.settle(held, settleByIds(held.gap, held.filled.runs, settlement))
  }

  #resume({ tail, ledger }: IdSeed): void {
    if (ledger.coverage !== null) this.#record.resume(ledger.coverage)
    for (const gap of ledger.openGaps) {
      this.#record.gaps.resume(gap, filledOf(gap, tail))
    }
    const { highest } = this.#ids
    if (highest === null) return
    const newest = tail.findLast(({ id }) => id <= highest)
    const gapEndMs = ledger.newestGap?.lastId === highest ? ledger.newestGap.toMs : -Infinity
    const coveredMs = ledger.coverage?.toMs ?? -Infinity
    const provenMs = Math.max(gapEndMs, newest?.eventMs ?? -Infinity, coveredMs)
    this.#frontier.provenMs = provenMs
    this.#hasBegun = true
    if (ledger.coverage === null) this.#record.begin('complete', provenMs)
    this.#frontier.seal(provenMs)
  }

  /** The ids, with the trades that the frontier took. */
  #caughtUp(): IdEpochs {
    this.#ids.reach(this.#frontier.highestId)
    return this.#ids
  }

  /** Lets the frontier go on from the highest id. */
  #follow(): void {
    this.#frontier.highestId = this.#ids.highest ?? NaN
  }

  #begin(lowest: number, eventMs: number): void {
    const { newest } = this.#record
    if (newest !== null && newest.toMs < eventMs) {
      this.#cannotProve(beforeFirst, newest.toMs, eventMs)
    }
    this.#lowest = { id: lowest, eventMs }
    this.#hasBegun = true
    this.#frontier.provenMs = eventMs
    this.#record.begin('complete', eventMs)
  }

  #goOn({ id, eventMs }: KnownTrade): void {
    if (!this.#hasBegun) this.#begin(id, eventMs)
    this.#standAt(eventMs)
  }

  #takeOther(trade: KnownTrade, verdict: IdVerdict): IdVerdict {
    this.#follow()
    if (verdict === 'next') this.#goOn(trade)
    else if (verdict === 'gap') this.#skipped(trade.eventMs)
    else if (verdict !== 'duplicate') this.#cameLate(trade, 'live')
    return verdict
  }

  /** Of what the venue numbered last before and first after, ids tell nothing. */
  #beginAnew(trade: KnownTrade): IdVerdict {
    const { eventMs } = trade
    const { provenMs } = this.#frontier
    this.#cannotProve({ cause: 'missing-ids', reason: beganAnew }, provenMs, eventMs)
    this.#lowest = null
    this.#awaited.wait(null)
    this.#standAt(eventMs)
    const verdict = this.#ids.begin(trade)
    this.#follow()
    return verdict
  }

  /** Ids tell nothing of what is between two times. */
  #cannotProve(why: Interruption, fromMs: number, toMs: number): void {
    this.#record.gaps.add({
      instrument: this.#instrument,
      firstId: null,
      lastId: null,
      fromMs,
      toMs,
      state: 'unproven',
      ...why,
      missedTrades: null,
      source: null
    })
  }

  #standAt(eventMs: number): void {
    this.#frontier.isStanding = true
    this.#frontier.provenMs = eventMs
    this.#frontier.seal(eventMs)
  }

  #find(id: number, eventMs: number): 'gap' | 'known' {
    const verdict = this.#caughtUp().announce(id)
    this.#follow()
    if (verdict === 'gap') this.#skipped(eventMs)
    return verdict
  }

  /** Opens the gap that the tracker just found. */
  #skipped(eventMs: number): void {
    const { missing } = this.#ids
    if (missing !== null) {
      const { isStanding, provenMs } = this.#frontier
      const { cause, reason } = isStanding ? leftOut : this.#interruption
      this.#open(missing, { fromMs: provenMs, toMs: eventMs, cause, reason })
    }
    this.#standAt(eventMs)
  }

  #open(
    ids: IdRange,
    { fromMs, toMs, cause, reason }: Pick<Gap, 'toMs' | 'cause' | 'reason'> & { fromMs: number }
  ): void {
    this.#record.gaps.add({
      instrument: this.#instrument,
      firstId: ids.fromId,
      lastId: ids.toId,
      fromMs: Math.min(fromMs, toMs),
      toMs,
      state: 'open',
      cause,
      reason,
      missedTrades: ids.toId - ids.fromId + 1,
      source: null
    })
    this.#followMerging()
  }

  #cameLate({ id, eventMs }: KnownTrade, origin: 'live' | 'backfill'): void {
    const held = this.#record.gaps.holding(id)
    const run = { fromId: id, toId: id, fromMs: eventMs, toMs: eventMs }
    if (held === null) this.#cameBelow({ id, eventMs })
    else if (!held.filled.has(id)) this.#record.gaps.fill(held, run, origin)
    this.#followMerging()
  }

  /** A trade from before the first one seen: what lies between the two is missing. */
  #cameBelow(trade: KnownTrade): void {
    const lowest = this.#lowest
    if (lowest === null || trade.id >= lowest.id) return
    this.#lowest = trade
    const between = { fromId: trade.id + 1, toId: lowest.id - 1 }
    if (between.fromId > between.toId) return
    const times = { fromMs: trade.eventMs, toMs: lowest.eventMs }
    this.#open(between, { ...times, cause: 'missing-ids', reason: null })
  }

  /** Where the tracker made one hole of two for want of room, their gaps become one. */
  #followMerging(): void {
    const merged = this.#ids.takeMerged()
    if (merged === null) return
    const whole = mergedGap(this.#record.gaps.open, merged)
    if (whole !== null) this.#record.gaps.merge(whole.held, whole.gap, whole.filled)
  }
}

function isWithin(gap: Gap, eventMs: number): boolean {
  return eventMs >= (gap.fromMs ?? -Infinity) - disorderMs && eventMs <= gap.toMs + disorderMs
}
