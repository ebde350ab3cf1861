import { heartbeatLimitMs } from '../../core/market/freshness.ts'
import type { MarketEvent } from '../../core/market/event.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import { SilenceWatch } from './silence-watch.ts'

/** Messages closer than this are one happening: a match and its ticker. */
const sameHappeningMs = 100
const smoothing = 0.1

type Entry = {
  /** Monotonic time of the last message; -1 before the first. */
  lastMs: number
  /** Socket on which it came: a gap across a reconnect says nothing of the instrument. */
  socket: number
  /** Smoothed time between messages, ms; 0 while unknown. */
  usualGapMs: number
  /** Some price was told, be it an old one. */
  hasPrice: boolean
  /** Newest trade id seen; -1 where none. */
  newestId: number
  /** Newest trade id the venue's heartbeats told; -1 where none. */
  toldId: number
  /** Monotonic time at which it was told. */
  toldMs: number
  /** Since when the venue knows of a trade that did not arrive; -1 while none. */
  behindSinceMs: number
}

/** How active one instrument is. Ages in ms. */
export type Activity = {
  /** Infinity when only an older price was told, null when nothing came yet. */
  readonly dataAgeMs: number | null
  readonly usualGapMs: number | null
  /** It has traded no more for longer than its habit explains, and the venue does not vouch for that. */
  readonly isSuspect: boolean
}

/**
 * Remembers of each instrument of one connection when it last spoke and how often it does. Outlives
 * reconnects; of two links of a handover each has its own.
 */
export class InstrumentWatch {
  readonly silence = new SilenceWatch()
  readonly #entries = new Map<InstrumentId, Entry>()
  #socket = 0

  add(instrument: InstrumentId): void {
    if (this.#entries.has(instrument)) return
    this.silence.add(instrument)
    this.#entries.set(instrument, {
      lastMs: -1,
      socket: 0,
      usualGapMs: 0,
      hasPrice: false,
      newestId: -1,
      toldId: -1,
      toldMs: -1,
      behindSinceMs: -1
    })
  }

  remove(instrument: InstrumentId): void {
    this.#entries.delete(instrument)
    this.silence.remove(instrument)
  }

  /** Learns what the watch of another link of the same connection knows of the instruments watched here. */
  inherit(other: InstrumentWatch): void {
    this.silence.inherit(other.silence)
    for (const [instrument, entry] of this.#entries) {
      const known = other.#entries.get(instrument)
      if (known === undefined) continue
      entry.hasPrice ||= known.hasPrice
      entry.newestId = Math.max(entry.newestId, known.newestId)
      if (known.usualGapMs > 0) entry.usualGapMs = known.usualGapMs
      if (known.lastMs <= entry.lastMs) continue
      entry.lastMs = known.lastMs
      entry.socket = this.#socket
    }
  }

  /** Newest trade id that came; -1 where none did. */
  newestId(instrument: InstrumentId): number {
    return this.#entries.get(instrument)?.newestId ?? -1
  }

  /** A new socket begins. @param nowMs Monotonic. */
  reopened(nowMs: number): void {
    this.#socket += 1
    this.silence.reopened(nowMs)
    for (const entry of this.#entries.values()) {
      entry.toldId = -1
      entry.behindSinceMs = -1
    }
  }

  /** @param atMs Monotonic. */
  note(event: MarketEvent, atMs: number): void {
    if (event.instrument === null) return
    const entry = this.#entries.get(event.instrument)
    if (entry === undefined) return
    if (event.kind === 'heartbeat') {
      this.silence.heard(event.eventMs, atMs)
      if (event.lastTradeId !== null) noteToldId(entry, event.lastTradeId, atMs)
      return
    }
    entry.hasPrice = true
    noteSeenId(entry, event)
    if (event.kind === 'anchor') return
    if (event.kind === 'trade') this.silence.trade(event, atMs)
    else this.silence.heard(event.eventMs, atMs)
    const gapMs = atMs - entry.lastMs
    if (entry.lastMs >= 0 && gapMs >= sameHappeningMs && entry.socket === this.#socket) {
      entry.usualGapMs =
        entry.usualGapMs === 0 ? gapMs : entry.usualGapMs + smoothing * (gapMs - entry.usualGapMs)
    }
    entry.lastMs = atMs
    entry.socket = this.#socket
  }

  /** Notes an event that arrived but is not believed: its id is no longer missing, nothing else is learned. */
  discount(event: MarketEvent): void {
    const entry = event.instrument === null ? undefined : this.#entries.get(event.instrument)
    if (entry !== undefined) noteSeenId(entry, event)
  }

  /** Null when the instrument is not watched here. */
  activity(instrument: InstrumentId, nowMs: number): Activity | null {
    const entry = this.#entries.get(instrument)
    if (entry === undefined) return null
    const silentAgeMs = entry.hasPrice ? Infinity : null
    return {
      dataAgeMs: entry.lastMs >= 0 ? nowMs - entry.lastMs : silentAgeMs,
      usualGapMs: entry.usualGapMs === 0 ? null : entry.usualGapMs,
      isSuspect: this.silence.isSuspect(instrument, nowMs) && !isProven(entry, nowMs)
    }
  }

  /** The venue told of the instrument's newest trade a moment ago, and it had arrived. */
  isProvenQuiet(instrument: InstrumentId, nowMs: number): boolean {
    const entry = this.#entries.get(instrument)
    return entry !== undefined && isProven(entry, nowMs)
  }

  /** So it is with every instrument: silence is nothing but quiet. */
  areProvenQuiet(nowMs: number): boolean {
    for (const entry of this.#entries.values()) if (!isProven(entry, nowMs)) return false
    return this.#entries.size > 0
  }

  /** Longest time for which the venue has known of a trade that did not arrive, ms; 0 when there is none. */
  longestBehindMs(nowMs: number): number {
    let longestMs = 0
    for (const { behindSinceMs } of this.#entries.values()) {
      if (behindSinceMs >= 0) longestMs = Math.max(longestMs, nowMs - behindSinceMs)
    }
    return longestMs
  }
}

function isProven({ newestId, toldId, toldMs }: Entry, nowMs: number): boolean {
  const isTold = toldId >= 0 && nowMs - toldMs < heartbeatLimitMs
  return isTold && toldId <= Math.max(newestId, 0)
}

function noteToldId(entry: Entry, toldId: number, atMs: number): void {
  entry.toldId = toldId
  entry.toldMs = atMs
  if (toldId <= entry.newestId || entry.newestId === -1) entry.behindSinceMs = -1
  else if (entry.behindSinceMs === -1) entry.behindSinceMs = atMs
}

function noteSeenId(entry: Entry, event: MarketEvent): void {
  if (event.kind !== 'trade' && event.kind !== 'anchor') return
  const { id } = event
  if (typeof id !== 'number' || id <= entry.newestId) return
  entry.newestId = id
  if (id >= entry.toldId) entry.behindSinceMs = -1
}
