import type { TruthTrade } from '../truth-rows.ts'
import type { StoredGap, StoredInstrument, StoredTrade } from './stored-tape.ts'

/** How a database stands to the truth; every figure a number of trades, but for `gaps`. */
export type Judgement = {
  /** Happened while the instrument was subscribed. */
  readonly sent: number
  /** Happened between two subscriptions, while nobody listened. */
  readonly between: number
  /** Of `sent` and `between`: stored. */
  readonly stored: number
  /** Of those: not stored, and a gap says so. */
  readonly declared: number
  /** Of those: not stored, and nothing says so. */
  readonly lostSilent: number
  /** Of `lostSilent`: happened while the instrument was subscribed. */
  readonly lostSilentSent: number
  /** Stored rows beyond one for each trade. */
  readonly duplicates: number
  /** Stored, and never happened. */
  readonly phantom: number
  /** Stored with another time, price or size. */
  readonly different: number
  /** Settled as missing by id, and stored or never there. What an open gap says is not yet said for good. */
  readonly overDeclared: number
  /** Stored, and older than the first subscription: nothing is known of them here. */
  readonly before: number
  /** Ids of which a repeat said something else. */
  readonly conflicts: number
  /** Gaps, by state. */
  readonly gaps: Readonly<Record<string, number>>
}

/** What happened to one instrument since its first subscription. */
export type InstrumentRecord = {
  /** Oldest first; those that no frame carried included. */
  readonly trades: readonly TruthTrade[]
  /** What happened later need not be stored yet, epoch ms; Infinity: everything counts. */
  readonly settledMs: number
}

const declaring = new Set(['open', 'lost', 'refilled-candles', 'unproven'])
/** Venues cut times to whole ms or µs, and gaps carry either. */
const toleranceMs = 1

/** Compares what is stored of an instrument with what happened. */
export function judge(record: InstrumentRecord, stored: StoredInstrument): Judgement {
  const trades = withoutEnd(record.trades)
  const found =
    stored.tradeIds === 'none' ? matchByContent(record.trades, stored) : matchById(record, stored)
  const gaps = stored.gaps.filter(({ state }) => declaring.has(state))
  const isDue = (trade: TruthTrade) => found.stored.has(trade) || trade.eventMs <= record.settledMs
  const due = trades.filter(isDue)
  const missing = due.filter((trade) => !found.stored.has(trade))
  const silent = missing.filter((trade) => !gaps.some((gap) => covers(gap, trade)))
  const sent = due.filter(({ subscribed }) => subscribed).length
  return {
    sent,
    between: due.length - sent,
    stored: due.length - missing.length,
    declared: missing.length - silent.length,
    lostSilent: silent.length,
    lostSilentSent: silent.filter(({ subscribed }) => subscribed).length,
    duplicates: found.duplicates,
    phantom: found.phantom,
    different: found.different,
    overDeclared: gaps
      .filter(({ state }) => state !== 'open')
      .reduce((sum, gap) => sum + overDeclaredBy(gap, record.trades, missing), 0),
    before: found.before,
    conflicts: stored.conflicts,
    gaps: countStates(stored.gaps)
  }
}

/** Adds up the figures of several instruments. */
export function sumOf(judgements: readonly Judgement[]): Judgement {
  const add = (name: Exclude<keyof Judgement, 'gaps'>) =>
    judgements.reduce((sum, judgement) => sum + judgement[name], 0)
  const gaps: Record<string, number> = {}
  for (const judgement of judgements) {
    for (const [state, count] of Object.entries(judgement.gaps)) {
      gaps[state] = (gaps[state] ?? 0) + count
    }
  }
  return {
    sent: add('sent'),
    between: add('between'),
    stored: add('stored'),
    declared: add('declared'),
    lostSilent: add('lostSilent'),
    lostSilentSent: add('lostSilentSent'),
    duplicates: add('duplicates'),
    phantom: add('phantom'),
    different: add('different'),
    overDeclared: add('overDeclared'),
    before: add('before'),
    conflicts: add('conflicts'),
    gaps
  }
}

/** Whether nothing is lost without a word, twice there, made up, or wrong. */
export function isClean(judgement: Judgement): boolean {
  const { lostSilent, duplicates, phantom, different, overDeclared } = judgement
  return lostSilent + duplicates + phantom + different + overDeclared === 0
}

/** Which trades are stored, and what else is. */
type Found = {
  readonly stored: ReadonlySet<TruthTrade>
  readonly duplicates: number
  readonly phantom: number
  readonly different: number
  readonly before: number
}

/** What came after the last subscription is nobody's. */
function withoutEnd(trades: readonly TruthTrade[]): readonly TruthTrade[] {
  return trades.slice(0, trades.findLastIndex(({ subscribed }) => subscribed) + 1)
}

function matchById({ trades }: InstrumentRecord, { trades: rows }: StoredInstrument): Found {
  const startMs = trades[0]?.eventMs ?? Infinity
  const byId = new Map(trades.map((trade) => [trade.textId, trade]))
  const stored = new Set<TruthTrade>()
  const seen = new Set<string>()
  const counts = { duplicates: 0, phantom: 0, different: 0, before: 0 }
  for (const row of rows) {
    const trade = byId.get(row.id)
    if (seen.has(row.id)) counts.duplicates += 1
    else if (trade === undefined && row.eventMs < startMs) counts.before += 1
    else if (trade === undefined) counts.phantom += 1
    else {
      stored.add(trade)
      if (!isSame(row, trade)) counts.different += 1
    }
    seen.add(row.id)
  }
  return { stored, ...counts }
}

/** Where trades have no ids: as many rows of the same content as there were trades of it. */
function matchByContent(trades: readonly TruthTrade[], { trades: rows }: StoredInstrument): Found {
  const startMs = trades[0]?.eventMs ?? Infinity
  const byContent = new Map<string, TruthTrade[]>()
  for (const trade of trades) {
    const same = byContent.get(contentOf(trade))
    if (same === undefined) byContent.set(contentOf(trade), [trade])
    else same.push(trade)
  }
  const stored = new Set<TruthTrade>()
  const counts = { duplicates: 0, phantom: 0, different: 0, before: 0 }
  for (const row of rows) {
    const same = byContent.get(contentOf(row))
    const trade = same?.shift()
    if (trade !== undefined) stored.add(trade)
    else if (same !== undefined) counts.duplicates += 1
    else if (row.eventMs < Math.floor(startMs)) counts.before += 1
    else counts.phantom += 1
  }
  return { stored, ...counts }
}

function contentOf({ eventMs, price, size }: StoredTrade | TruthTrade): string {
  return `${Math.floor(eventMs)} ${price} ${size}`
}

function isSame(row: StoredTrade, trade: TruthTrade): boolean {
  return (
    row.price === trade.price &&
    row.size === trade.size &&
    Math.abs(row.eventMs - trade.eventMs) < toleranceMs
  )
}

function covers(gap: StoredGap, { id, eventMs }: TruthTrade): boolean {
  if (gap.firstId !== null && gap.lastId !== null) return id >= gap.firstId && id <= gap.lastId
  return eventMs >= (gap.fromMs ?? gap.toMs) - toleranceMs && eventMs <= gap.toMs + toleranceMs
}

function overDeclaredBy(
  gap: StoredGap,
  trades: readonly TruthTrade[],
  missing: readonly TruthTrade[]
): number {
  if (gap.firstId === null || gap.lastId === null) return 0
  const lowest = trades.reduce((low, { id }) => Math.min(low, id), Infinity)
  const declared = Math.max(0, gap.lastId - Math.max(gap.firstId, lowest) + 1)
  return declared - missing.filter((trade) => covers(gap, trade)).length
}

function countStates(gaps: readonly StoredGap[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { state } of gaps) counts[state] = (counts[state] ?? 0) + 1
  return counts
}
