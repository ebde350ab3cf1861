import type { Trade } from '../../core/market/event.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import { RhythmTable } from '../../core/market/rhythm-table.ts'

const leastLimitMs = 3_000
/** A stream that is alive is silent for so many of its usual rests with a chance below 10⁻¹⁰. */
const rests = 24
/** Silence of all frames costs no more than a ping to look into. */
const frameRests = 6
/** However rare its trades are, an instrument silent for so long is asked about. */
const longestUnaskedMs = 3_600_000
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
  /** Monotonic time until which REST vouches for its silence. */
  vouchedMs: number
}

/** An instrument silent for longer than its own habit, or so long that it is asked about anyway. */
export type Overdue = {
  readonly instrument: InstrumentId
  readonly silentMs: number
  /** Not to be explained by its habit. */
  readonly isImprobable: boolean
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
  /** From venue time to our monotonic time, as the last trade took it; null before the first. */
  #delayMs: number | null = null

  add(instrument: InstrumentId): void {
    if (this.#streams.has(instrument)) return
    const sinceMs = this.#flowSinceMs
    this.#streams.set(instrument, { row: this.#rhythms.add(), sinceMs, eventMs: -1, vouchedMs: -1 })
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

  /** Nothing of one instrument could come until now. */
  restedOne(instrument: InstrumentId, nowMs: number): void {
    const stream = this.#streams.get(instrument)
    if (stream !== undefined) stream.sinceMs = nowMs
  }

  trade({ instrument, eventMs }: Trade, atMs: number): void {
    const stream = this.#streams.get(instrument)
    if (stream === undefined) return
    this.#rhythms.note(stream.row, atMs)
    stream.sinceMs = atMs
    if (eventMs > stream.eventMs) stream.eventMs = eventMs
    this.#delayMs = atMs - eventMs
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

  /** After how long no trade of any instrument is suspicious; Infinity while too little is known. */
  flowLimitMs(): number {
    return Math.max(leastLimitMs, this.#rhythms.limitMs(this.#flow, rests))
  }

  /** After how long no frame of any kind is worth a ping. */
  frameLimitMs(): number {
    return Math.max(leastLimitMs, this.#rhythms.limitMs(this.#frames, frameRests))
  }

  /** The instrument that trades most often, of those it knows; null where it knows none. */
  busiest(): InstrumentId | null {
    let found: InstrumentId | null = null
    let leastMs = Infinity
    for (const [instrument, { row }] of this.#streams) {
      const restMs = this.#rhythms.usualRestMs(row)
      if (restMs >= leastMs) continue
      leastMs = restMs
      found = instrument
    }
    return found
  }

  /** Whether an instrument has been silent for longer than its habit explains, and nobody vouches for that. */
  isSuspect(instrument: InstrumentId, nowMs: number): boolean {
    const stream = this.#streams.get(instrument)
    if (stream === undefined || nowMs < stream.vouchedMs) return false
    const silentMs = nowMs - stream.sinceMs
    if (silentMs < leastLimitMs) return false
    const limitMs = this.#limitMs(stream)
    return limitMs <= longestUnaskedMs && silentMs >= limitMs
  }

  /**
   * The instrument that most needs to be asked about; null where none does.
   *
   * @param isTold Whether the venue itself tells of an instrument that nothing is missing.
   */
  overdue(nowMs: number, isTold: (instrument: InstrumentId) => boolean): Overdue | null {
    let found: Overdue | null = null
    let worst = 1
    for (const [instrument, stream] of this.#streams) {
      const silentMs = nowMs - stream.sinceMs
      if (silentMs < leastLimitMs || nowMs < stream.vouchedMs) continue
      const limitMs = this.#limitMs(stream)
      const share = silentMs / Math.min(limitMs, longestUnaskedMs)
      if (share < worst || isTold(instrument)) continue
      worst = share
      found = { instrument, silentMs, isImprobable: limitMs <= longestUnaskedMs }
    }
    return found
  }

  /** The venue's REST knew of nothing newer: the silence may last as long again. */
  vouched(instrument: InstrumentId, nowMs: number): void {
    const stream = this.#streams.get(instrument)
    if (stream !== undefined) stream.vouchedMs = nowMs + (nowMs - stream.sinceMs)
  }

  /**
   * Judges an instrument's silence by the newest trades of the venue's REST.
   *
   * @param trades Oldest first. `isWhole`: the venue gave as many as were asked for, so older ones may be missing too.
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

  #limitMs({ row }: Stream): number {
    return Math.max(leastLimitMs, this.#rhythms.limitMs(row, rests))
  }
}
