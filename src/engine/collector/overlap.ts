import type { MarketEvent } from '../../core/market/event.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'

/** Both links stand together at least this long, so that what is on its way arrives. */
const leastMs = 2_000
/** An instrument silent this long counts as seen; one that trades has this long to be seen on both. */
const patienceMs = 30_000
const mostIds = 128

/** Whether the old of two links may go. `unseen`: these trade on the old one and do not come on the new one. */
export type OverlapVerdict =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'seen' }
  | { readonly kind: 'unseen'; readonly instruments: readonly InstrumentId[] }

type Sight = {
  /** The latest trade ids of each link, at most 128. */
  readonly old: Set<number | string>
  readonly new: Set<number | string>
  /** One and the same trade came on both. */
  isBridged: boolean
  /** Monotonic time of the first trade on the old link since the new one was settled; -1 where none. */
  oldTradedMs: number
  /** Newest trade id that the venue told on the new link; -1 where none. */
  toldId: number
}

/**
 * Two links that carry the same instruments: tells when nothing would be lost without the old one.
 *
 * An instrument is seen once one and the same trade came on both links. One without a trade on the old
 * link since the new one was settled needs none when the venue's own word on the new link, a heartbeat or
 * an anchor, names no trade that the old one did not bring, or else after 30 s. Times are monotonic ms.
 */
export class Overlap {
  readonly #sights = new Map<InstrumentId, Sight>()
  readonly #newestOldId: (instrument: InstrumentId) => number
  #settledMs: number | null = null

  /** @param newestOldId Newest trade id that the old link brought at any time; -1 where none. */
  constructor(newestOldId: (instrument: InstrumentId) => number) {
    this.#newestOldId = newestOldId
  }

  /** The venue agreed to the subscriptions of the new link. */
  settled(nowMs: number): void {
    this.#settledMs ??= nowMs
  }

  oldEvents(events: readonly MarketEvent[], nowMs: number): void {
    for (const event of events) {
      if (event.kind !== 'trade') continue
      const sight = this.#sightOf(event.instrument)
      if (this.#settledMs !== null && sight.oldTradedMs < 0) sight.oldTradedMs = nowMs
      note(sight, event.id, 'old')
    }
  }

  newEvents(events: readonly MarketEvent[]): void {
    for (const event of events) {
      if (event.kind === 'trade') note(this.#sightOf(event.instrument), event.id, 'new')
      else if (event.kind === 'anchor') this.#told(event.instrument, event.id)
      else if (event.kind === 'heartbeat' && event.instrument !== null) {
        this.#told(event.instrument, event.lastTradeId)
      }
    }
  }

  judge(instruments: readonly InstrumentId[], nowMs: number): OverlapVerdict {
    const settledMs = this.#settledMs
    if (settledMs === null || nowMs - settledMs < leastMs) return { kind: 'waiting' }
    const missing = instruments.filter((id) => !this.#isSeen(id, nowMs - settledMs))
    if (missing.length === 0) return { kind: 'seen' }
    const unseen = missing.filter((id) => {
      const tradedMs = this.#sights.get(id)?.oldTradedMs ?? -1
      return tradedMs >= 0 && nowMs - tradedMs >= patienceMs
    })
    return unseen.length === 0 ? { kind: 'waiting' } : { kind: 'unseen', instruments: unseen }
  }

  #isSeen(instrument: InstrumentId, settledForMs: number): boolean {
    const sight = this.#sights.get(instrument)
    if (sight === undefined) return settledForMs >= patienceMs
    if (sight.isBridged) return true
    if (sight.oldTradedMs >= 0) return false
    const isTold = sight.toldId >= 0 && sight.toldId <= this.#newestOldId(instrument)
    return isTold || settledForMs >= patienceMs
  }

  #told(instrument: InstrumentId, id: number | string | null): void {
    if (typeof id !== 'number' || this.#settledMs === null) return
    const sight = this.#sightOf(instrument)
    sight.toldId = Math.max(sight.toldId, id)
  }

  #sightOf(instrument: InstrumentId): Sight {
    const known = this.#sights.get(instrument)
    if (known !== undefined) return known
    const sight: Sight = { old: new Set(), new: new Set(), ...nothingSeen }
    this.#sights.set(instrument, sight)
    return sight
  }
}

const nothingSeen = { isBridged: false, oldTradedMs: -1, toldId: -1 } as const

function note(sight: Sight, id: number | string, link: 'old' | 'new'): void {
  if (sight.isBridged) return
  const [own, other] = link === 'old' ? [sight.old, sight.new] : [sight.new, sight.old]
  if (other.has(id)) {
    sight.isBridged = true
    own.clear()
    other.clear()
    return
  }
  own.add(id)
  if (own.size <= mostIds) return
  for (const oldest of own) {
    own.delete(oldest)
    break
  }
}
