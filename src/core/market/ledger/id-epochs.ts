import type { IdRange, IdVerdict } from '../id-tracker.ts'
import { IdTracker } from '../id-tracker.ts'

/** A stored trade, as far as the ledger needs it. */
export type KnownTrade = { readonly id: number; readonly eventMs: number }

/** Missing ids, and when it became known that they are. */
export type DatedRange = IdRange & { readonly toMs: number }

/** What is stored of ids, lists in any order unless said. */
export type KnownIds = {
  /** The newest stored trades, ascending by id; may be empty. */
  readonly tail: readonly KnownTrade[]
  /** Ids that are known besides. */
  readonly flaggedIds: readonly number[]
  readonly missing: readonly DatedRange[]
  /** The newest range that was ever missing, settled or not; null when none was. */
  readonly newest: DatedRange | null
}

/** A trade so many ids behind the highest, of which nothing is missing, is no latecomer: ids began anew. */
const farBehind = 1_000

/** Venue times are not in strict order; a known id comes again with the time of its trade. */
const disorderMs = 1_000

/** Epochs remembered before the newest; of older ones only open gaps are. */
const formersKept = 4

/** An epoch that is over, and the trade that began the next. */
type Former = { readonly ids: IdTracker; readonly until: KnownTrade }

/**
 * The ids of one instrument in the epochs of their counting: a venue may begin to number its trades anew.
 * Only the newest epoch goes on; those before are remembered for their stragglers and their gaps.
 */
export class IdEpochs {
  #ids: IdTracker
  /** Newest first. */
  #formers: readonly Former[] = []

  /** @param known Null when nothing is stored. */
  constructor(known: KnownIds | null) {
    let rest = known
    for (let parts = partsOf(rest); parts !== null && rest !== null; parts = partsOf(rest)) {
      this.#remember({ ids: trackerOf(parts.before), until: parts.until })
      rest = parts.after
    }
    this.#ids = rest === null ? new IdTracker(null) : trackerOf(rest)
  }

  /** The highest id of the newest epoch, seen or announced; null before the first. */
  get highest(): number | null {
    return this.#ids.highest
  }

  /** The ids that the last `gap` found missing. */
  get missing(): IdRange | null {
    return this.#ids.missing
  }

  /** Missing ids, ascending, those of former epochs too. */
  get holes(): readonly IdRange[] {
    if (this.#formers.length === 0) return this.#ids.holes
    return this.#all.flatMap(({ holes }) => holes).sort((a, b) => a.fromId - b.fromId)
  }

  get holesMerged(): number {
    return this.#all.reduce((sum, { holesMerged }) => sum + holesMerged, 0)
  }

  /** Takes note of trades that each came when they were expected, up to an id; NaN: of none. */
  reach(id: number): void {
    this.#ids.reach(id)
  }

  /** Tells whether a trade from the feed that no gap asks for shows that ids began anew. @param provenMs When the highest id was the newest. */
  isAnew({ id, eventMs }: KnownTrade, provenMs: number): boolean {
    const { highest } = this.#ids
    if (highest === null || highest - id <= farBehind) return false
    return eventMs > (this.#ids.isStored(id) ? provenMs + disorderMs : provenMs)
  }

  /** Begins a new epoch. @returns `uncertain` when an id of the old one may be stored under the same number. */
  begin(trade: KnownTrade): 'next' | 'uncertain' {
    const isKnown = this.#ids.isStored(trade.id)
    this.#remember({ ids: this.#ids, until: trade })
    this.#ids = new IdTracker([trade.id])
    return isKnown ? 'uncertain' : 'next'
  }

  /** Takes note of a trade from the feed. A straggler of a former epoch is never `next` and shows no `gap`. */
  take(trade: KnownTrade): IdVerdict {
    const former = this.#formerOf(trade)
    return former === null ? this.#ids.take(trade.id) : late(former.take(trade.id))
  }

  /** Takes note of a trade that an open gap asks for. */
  takeAsked(id: number): IdVerdict {
    return this.#all.find((ids) => ids.isMissing(id))?.take(id) ?? 'uncertain'
  }

  /** Tells whether a trade is known to be stored. */
  isStored(trade: KnownTrade): boolean {
    return (this.#formerOf(trade) ?? this.#ids).isStored(trade.id)
  }

  /** Tells whether the venue's word of a trade is about a former epoch. */
  isFormer(trade: KnownTrade): boolean {
    return this.#formerOf(trade) !== null
  }

  /** Takes the venue's word that an id of the newest epoch exists. */
  announce(id: number): 'gap' | 'known' {
    return this.#ids.announce(id)
  }

  /** The hole that two grew into since this was last asked; null when none did. */
  takeMerged(): IdRange | null {
    for (const ids of this.#all) {
      const merged = ids.takeMerged()
      if (merged !== null) return merged
    }
    return null
  }

  get #all(): readonly IdTracker[] {
    return [this.#ids, ...this.#formers.map(({ ids }) => ids)]
  }

  #remember(former: Former): void {
    this.#formers = [former, ...this.#formers].slice(0, formersKept)
  }

  /** The epoch of what is older than the one after it, and nearer to the numbers of its own. */
  #formerOf({ id, eventMs }: KnownTrade): IdTracker | null {
    let found: IdTracker | null = null
    if (this.#formers.length === 0 || this.#ids.isMissing(id)) return found
    for (const { ids, until } of this.#formers) {
      const highest = ids.highest ?? NaN
      const isOf = Math.abs(id - highest) < Math.abs(id - until.id)
      if (eventMs > until.eventMs || !isOf) break
      found = ids
    }
    return found
  }
}

function late(verdict: IdVerdict): IdVerdict {
  return verdict === 'next' || verdict === 'gap' ? 'late' : verdict
}

type Parts = { readonly before: KnownIds; readonly after: KnownIds; readonly until: KnownTrade }

/**
 * Parts the oldest epoch from those after it; null where stored trades are of one. Where they are of
 * several, the newest by time lies far behind the highest id.
 */
function partsOf(known: KnownIds | null): Parts | null {
  const highest = known?.tail.at(-1)
  if (known === null || highest === undefined) return null
  const isAfter = ({ id, eventMs }: KnownTrade) =>
    highest.id - id > farBehind && eventMs > highest.eventMs
  const tail = known.tail.filter(isAfter)
  const until = tail.reduce((first, trade) => (trade.eventMs < first.eventMs ? trade : first), {
    id: NaN,
    eventMs: Infinity
  })
  const isSure = tail.some(({ eventMs }) => eventMs > highest.eventMs + disorderMs)
  if (!isSure) return null
  const lowestId = tail[0]?.id ?? NaN
  const beyondId = (tail.at(-1)?.id ?? NaN) + farBehind
  const isFlaggedAfter = (id: number) => id >= lowestId && id <= beyondId
  const isRangeAfter = ({ toId, toMs }: DatedRange) => isAfter({ id: toId, eventMs: toMs })
  const part = (isAny: boolean): KnownIds => ({
    tail: known.tail.filter((trade) => isAfter(trade) === isAny),
    flaggedIds: known.flaggedIds.filter((id) => isFlaggedAfter(id) === isAny),
    missing: known.missing.filter((range) => isRangeAfter(range) === isAny),
    newest: known.newest !== null && isRangeAfter(known.newest) === isAny ? known.newest : null
  })
  return { before: part(false), after: part(true), until }
}

function trackerOf({ tail, flaggedIds, missing, newest }: KnownIds): IdTracker {
  const known = [...tail.map(({ id }) => id), ...flaggedIds].sort((a, b) => a - b)
  const ascending = [...missing].sort((a, b) => a.fromId - b.fromId)
  const ids = new IdTracker(known.length === 0 ? null : known, ascending)
  if (newest !== null) ids.announce(newest.toId)
  return ids
}
