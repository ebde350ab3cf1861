import type { Trade } from '../../core/market/event.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import { RhythmTable } from '../../core/market/rhythm-table.ts'

const leastLimitMs = 3_000
/** A stream that is alive is silent for so many of its usual rests with a chance below 10⁻¹⁰. */
const improbableRests = 24
/** A question to REST costs little: it is asked after so many. */
const askRests = 8
/** Of a quiet stream it is asked sooner, after fewer rests within these bounds: there are few of its silences to ask about. */
const quietAskRests = 3
const quietAskMs = { least: 30_000, most: 120_000 } as const
/** And a ping costs less. */
const frameRests = 6
/** A gap as long as the longest of late may come again, and be longer. */
const longestGaps = 2
/** A rest this long or longer explains any silence. */
const longestLimitMs = 3_600_000
/** An answer of REST holds for so long at least. */
const leastVouchedMs = 10_000
/** Part of a trade that has to be missing of an instrument before REST is asked about it as well. */
const worthAsking = 0.25
/** A trade that REST tells may be on its way for so long, beyond what the last one took. */
const onItsWayMs = 1_000
/** Trades this soon after a socket opened may have come before the venue had subscribed us. */
const openingMs = 2_000
/** How often the rhythms follow the clock. */
const ageEveryMs = 10_000

type Stream = {
  readonly row: number
  /** Monotonic time of the last trade, or since when one is awaited. */
  sinceMs: number
  /** Venue time of the last trade, epoch ms; -1 before the first. */
  eventMs: number
  /** When REST last knew of nothing that did not come, and until when that holds; a trade ends it. */
  askedMs: number
  vouchedMs: number
}

/** What REST says of a silence: `unknown` where it cannot tell. */
export type SilenceVerdict = 'missed' | 'quiet' | 'unknown'

/**
 * Knows how long each instrument of a connection, all of them together, and its frames usually rest.
 * Outlives reconnects; of two links of a handover each has its own. All times are monotonic ms.
 */
export class SilenceWatch {
  readonly #rhythms = new RhythmTable()
  readonly #streams = new Map<InstrumentId, Stream>()
  /** Trades of all instruments together. */
  readonly #flow = this.#rhythms.add()
  readonly #frames = this.#rhythms.add()
  #flowSinceMs = 0
  #openedMs = 0
  #agedMs = -Infinity
  /** From venue time to our monotonic time, as the last trade took it; null before the first event. */
  #delayMs: number | null = null

  add(instrument: InstrumentId): void {
    if (this.#streams.has(instrument)) return
    const sinceMs = this.#flowSinceMs
    this.#streams.set(instrument, {
      row: this.#rhythms.add(),
      sinceMs,
      eventMs: -1,
      askedMs: -1,
      vouchedMs: -1
    })
  }

  remove(instrument: InstrumentId): void {
    const stream = this.#streams.get(instrument)
    if (stream === undefined) return
    this.#rhythms.remove(stream.row)
    this.#streams.delete(instrument)
  }

  /** Learns the rhythms that another link of the same connection knows. */
  inherit(other: SilenceWatch): void {
    this.#rhythms.adopt(this.#flow, other.#rhythms, other.#flow)
    this.#delayMs ??= other.#delayMs
    for (const [instrument, stream] of this.#streams) {
      const known = other.#streams.get(instrument)
      if (known === undefined) continue
      this.#rhythms.adopt(stream.row, other.#rhythms, known.row)
      stream.eventMs = Math.max(stream.eventMs, known.eventMs)
    }
  }

  /** A new socket begins: what is awaited is awaited from now. */
  reopened(nowMs: number): void {
    this.#openedMs = nowMs
    this.rested(nowMs)
  }

  /** Nothing could come until now: we did not listen, or the markets were closed. */
  rested(nowMs: number): void {
    this.#rhythms.interrupted()
    this.#flowSinceMs = nowMs
    for (const stream of this.#streams.values()) stream.sinceMs = nowMs
  }

  trade({ instrument, eventMs }: Trade, atMs: number): void {
    const stream = this.#streams.get(instrument)
    if (stream === undefined) return
    this.#rhythms.note(stream.row, atMs)
    stream.sinceMs = atMs
    stream.vouchedMs = -1
    if (eventMs > stream.eventMs) stream.eventMs = eventMs
    this.#delayMs = atMs - eventMs
  }

  /** An event that is no trade: until one comes, it tells how long they take. */
  heard(eventMs: number, atMs: number): void {
    this.#delayMs ??= atMs - eventMs
  }

  /** A frame with trades, of whatever instrument. */
  flowed(atMs: number): void {
    this.#rhythms.note(this.#flow, atMs)
    this.#flowSinceMs = atMs
  }

  /** A frame of any kind. */
  framed(atMs: number): void {
    this.#rhythms.note(this.#frames, atMs)
  }

  /** Lets the rhythms follow the hour of the day; cheap, for every second. @param nowMs Epoch ms of the run clock. */
  age(nowMs: number): void {
    if (Math.abs(nowMs - this.#agedMs) < ageEveryMs) return
    this.#agedMs = nowMs
    this.#rhythms.age(nowMs)
  }

  /** Since when no trade came, of any instrument. */
  get flowSinceMs(): number {
    return this.#flowSinceMs
  }

  /** Since when no trade of an instrument came; now where it is not watched. */
  sinceMs(instrument: InstrumentId, nowMs: number): number {
    return this.#streams.get(instrument)?.sinceMs ?? nowMs
  }

  /** After how long no trade of any instrument is not to be explained; Infinity while too little is known. */
  flowLimitMs(): number {
    return this.#limitMs(this.#flow, improbableRests)
  }

  /** After how long no trade of any instrument is worth a question to REST; soon where too little is known. */
  flowAskMs(): number {
    const { least, most } = quietAskMs
    const restsMs = this.#rhythms.restsMs(this.#flow, quietAskRests)
    const quietMs = restsMs === Infinity ? least : Math.max(least, Math.min(most, restsMs))
    const briskMs = Math.max(leastLimitMs, this.#rhythms.restsMs(this.#flow, askRests))
    return Math.min(briskMs, quietMs)
  }

  /** After how long no frame of any kind is worth a ping. */
  frameLimitMs(): number {
    return this.#limitMs(this.#frames, frameRests)
  }

  /** The instrument whose trades would most likely be missing by now; null where there are none. */
  likeliest(nowMs: number): InstrumentId | null {
    let found: InstrumentId | null = null
    let most = -Infinity
    for (const [instrument, stream] of this.#streams) {
      const missing = this.#missing(stream, nowMs)
      if (missing <= most) continue
      most = missing
      found = instrument
    }
    return found
  }

  /** REST knew of nothing of one instrument that did not come. @returns For how long that speaks for all, ms. */
  flowVouchedMs(nowMs: number): number {
    for (const stream of this.#streams.values()) {
      if (this.#missing(stream, nowMs) >= worthAsking) return leastVouchedMs
    }
    return Math.max(leastVouchedMs, nowMs - this.#flowSinceMs)
  }

  /** Whether an instrument has been silent for longer than its habit explains, and REST does not vouch for it. */
  isSuspect(instrument: InstrumentId, nowMs: number): boolean {
    const stream = this.#streams.get(instrument)
    if (stream === undefined || nowMs < stream.vouchedMs) return false
    const silentMs = nowMs - stream.sinceMs
    if (silentMs < leastLimitMs) return false
    const limitMs = this.#limitMs(stream.row, improbableRests)
    return limitMs <= longestLimitMs && silentMs >= limitMs
  }

  /**
   * The instrument that most needs to be asked about: silent for many of its usual rests, or for two
   * minutes; null where there is none.
   *
   * @param isTold Whether the venue itself tells of an instrument that nothing is missing.
   */
  overdue(nowMs: number, isTold: (instrument: InstrumentId) => boolean): InstrumentId | null {
    let found: InstrumentId | null = null
    let worst = 1
    for (const [instrument, { row, sinceMs, vouchedMs }] of this.#streams) {
      const silentMs = nowMs - sinceMs
      if (silentMs < leastLimitMs || nowMs < vouchedMs) continue
      const share = silentMs / this.#askMs(row)
      if (share < worst || isTold(instrument)) continue
      worst = share
      found = instrument
    }
    return found
  }

  /** REST knew of nothing that did not come: the silence of an instrument may last as long again. */
  vouched(instrument: InstrumentId, nowMs: number): void {
    const stream = this.#streams.get(instrument)
    if (stream === undefined) return
    stream.askedMs = nowMs
    stream.vouchedMs = nowMs + Math.max(leastVouchedMs, nowMs - stream.sinceMs)
  }

  /**
   * Judges an instrument's silence by the newest trades of the venue's REST.
   *
   * @param trades Oldest first. `isFull`: as many as were asked for, so older ones may be missing too.
   * @param newestId Newest id that came; -1 where none did, or ids have no order.
   */
  judge(
    instrument: InstrumentId,
    page: { readonly trades: readonly Trade[]; readonly isFull: boolean },
    known: { readonly newestId: number; readonly nowMs: number }
  ): SilenceVerdict {
    const stream = this.#streams.get(instrument)
    if (stream === undefined) return 'unknown'
    const fresh = page.trades.filter(({ id, eventMs }) =>
      typeof id === 'number' && known.newestId >= 0 ? id > known.newestId : eventMs > stream.eventMs
    )
    if (fresh.length === 0) return page.trades.length > 0 ? 'quiet' : 'unknown'
    const delayMs = this.#delayMs
    if (delayMs === null) return 'unknown'
    const dueMs = fresh
      .map(({ eventMs }) => eventMs + delayMs)
      .filter((atMs) => atMs >= this.#openedMs + openingMs)
    const [firstMs] = dueMs
    if (firstMs === undefined) return 'quiet'
    const isUnreached = page.isFull && dueMs.length === page.trades.length
    const leastMs = isUnreached ? 0 : onItsWayMs
    return known.nowMs - firstMs >= leastMs ? 'missed' : 'unknown'
  }

  /** Trades of an instrument to be expected since it last was known to be well. */
  #missing({ row, sinceMs, askedMs }: Stream, nowMs: number): number {
    const restMs = Math.min(this.#rhythms.usualRestMs(row), longestLimitMs)
    return (nowMs - Math.max(sinceMs, askedMs)) / restMs
  }

  #askMs(row: number): number {
    const { least, most } = quietAskMs
    const quietMs = Math.max(least, Math.min(most, this.#rhythms.restsMs(row, quietAskRests)))
    return Math.min(quietMs, Math.max(leastLimitMs, this.#rhythms.restsMs(row, askRests)))
  }

  #limitMs(row: number, rests: number): number {
    const longestMs = this.#rhythms.longestGapMs(row)
    return Math.max(leastLimitMs, this.#rhythms.restsMs(row, rests), longestGaps * longestMs)
  }
}
