import { pickRows, TapeRowsBuilder, tapeRowAt, type TapeRows } from '../../recordings/tape-rows.ts'
import type { TapeRange, TapeSource, TapeStretch } from './tape-source.ts'

const hourMs = 3_600_000
/** Clocks may differ by so much: an hour is looked into this long before it begins. */
const skewMs = hourMs
const dayMs = 86_400_000
const aheadMs = 60_000

/** Trades that follow one another on the tape: places `from` to `to`, not included. */
export type TapeRun = { readonly rows: TapeRows; readonly from: number; readonly to: number }

/** Hands out the trades of a tape, run after run; empty runs do not occur. */
export interface TapeOrder {
  /** The next trades; null at the end. */
  next(): TapeRun | null
}

type Head = { readonly rows: TapeRows; at: number }

/**
 * When a trade became known: at its receipt, or, where a tape was recorded on a clock of its own, at its
 * venue time.
 */
export function tapeMsOf(eventMs: number, receivedMs: number): number {
  const isPlausible = eventMs >= receivedMs - dayMs && eventMs <= receivedMs + aheadMs
  return isPlausible ? receivedMs : eventMs
}

/**
 * The tape as it was recorded: trades in order of arrival, refills when they came. What follows an hour
 * in venue time is opened an hour ahead. Bound: the stretches that overlap at a time.
 */
export class ArrivalOrder implements TapeOrder {
  readonly #source: TapeSource
  readonly #hours: number[]
  /** Latest first arrival first, so that the next one is the last. */
  readonly #waiting: TapeStretch[] = []
  #heads: Head[] = []

  constructor(source: TapeSource, range: TapeRange) {
    this.#source = source
    this.#hours = [...source.hours({ ...range, toMs: range.toMs + skewMs })].reverse()
  }

  next(): TapeRun | null {
    for (;;) {
      const head = this.#lowest()
      if (head === null) {
        if (this.#hours.length === 0) return null
        this.#openHour()
        continue
      }
      const openAtMs = (this.#hours.at(-1) ?? Infinity) * hourMs - skewMs
      const run = this.#runOf(head, openAtMs)
      if (run !== null) return run
      this.#openHour()
    }
  }

  /** The head whose next trade arrived first; stretches are read when one of theirs may be it. */
  #lowest(): Head | null {
    for (;;) {
      let lowest: Head | null = null
      for (const head of this.#heads) {
        if (lowest === null || arrivalOf(head) < arrivalOf(lowest)) lowest = head
      }
      const next = this.#waiting.at(-1)
      if (next === undefined || (lowest !== null && arrivalOf(lowest) < next.firstArrival)) {
        return lowest
      }
      this.#waiting.pop()
      const rows = next.read()
      if (rows !== null && rows.length > 0) this.#heads.push({ rows, at: 0 })
    }
  }

  /** Trades up to the next of another head; null when the next hour has to be opened first. */
  #runOf(head: Head, openAtMs: number): TapeRun | null {
    let endArrival = this.#waiting.at(-1)?.firstArrival ?? Infinity
    for (const other of this.#heads) {
      if (other !== head) endArrival = Math.min(endArrival, arrivalOf(other))
    }
    const { rows, at: from } = head
    const { arrival, eventMs, receivedMs, length } = rows
    let to = from
    while (to < length && (arrival[to] ?? 0) < endArrival) {
      if (tapeMsOf(eventMs[to] ?? 0, receivedMs[to] ?? 0) >= openAtMs) break
      to += 1
    }
    if (to === from) {
      // Two of one arrival cannot be; should they, each is still handed out.
      if (tapeMsOf(eventMs[from] ?? 0, receivedMs[from] ?? 0) >= openAtMs) return null
      to += 1
    }
    head.at = to
    if (to === length) this.#heads = this.#heads.filter((each) => each !== head)
    return { rows, from, to }
  }

  #openHour(): void {
    const hour = this.#hours.pop()
    if (hour === undefined) return
    this.#waiting.push(...this.#source.stretches(hour))
    this.#waiting.sort((a, b) => b.firstArrival - a.firstArrival)
  }
}

/** The tape as it is known now: trades by venue time. Bound: the trades of an hour. */
export class VenueOrder implements TapeOrder {
  readonly #source: TapeSource
  readonly #hours: number[]

  constructor(source: TapeSource, range: TapeRange) {
    this.#source = source
    this.#hours = [...source.hours(range)].reverse()
  }

  next(): TapeRun | null {
    for (let hour = this.#hours.pop(); hour !== undefined; hour = this.#hours.pop()) {
      const rows = joined(this.#source.stretches(hour))
      if (rows.length === 0) continue
      const { eventMs, arrival } = rows
      const places = Uint32Array.from(eventMs.keys()).sort(
        (a, b) => (eventMs[a] ?? 0) - (eventMs[b] ?? 0) || (arrival[a] ?? 0) - (arrival[b] ?? 0)
      )
      return { rows: pickRows(rows, places), from: 0, to: rows.length }
    }
    return null
  }
}

function joined(stretches: readonly TapeStretch[]): TapeRows {
  const all = stretches.flatMap((stretch) => stretch.read() ?? [])
  const [only] = all
  if (only !== undefined && all.length === 1) return only
  const builder = new TapeRowsBuilder()
  for (const rows of all) {
    for (let at = 0; at < rows.length; at += 1) builder.append(tapeRowAt(rows, at))
  }
  return builder.take()
}

function arrivalOf({ rows, at }: Head): number {
  return rows.arrival[at] ?? Infinity
}
