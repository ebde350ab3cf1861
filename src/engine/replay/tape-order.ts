import { joinRows, pickRows, type TapeRows } from '../../recordings/tape-rows.ts'
import type { TapeRange, TapeSource, TapeStretch } from './tape-source.ts'

const hourMs = 3_600_000
/** Clocks may differ by so much: an hour is looked into this long before it begins. */
const skewMs = hourMs
const dayMs = 86_400_000
const aheadMs = 60_000

/** Trades that follow one another on the tape: places `from` to `to`, not included. */
export type TapeRun = {
  readonly rows: TapeRows
  readonly from: number
  readonly to: number
  /** Names the stretch of which they are. */
  readonly stretch: StretchName
}

/**
 * A stretch by its number among those `of` an hour; null: all of the hour. Once rows were moved into files
 * they are other stretches.
 */
export type StretchName = {
  readonly hour: number
  readonly at: number | null
  readonly of: number
  readonly firstArrival: number
}

/** How far an order was read: plain data. */
export type OrderStanding = {
  readonly hours: readonly number[]
  /** Stretches not yet read. */
  readonly waiting: readonly StretchName[]
  /** Stretches of which trades are left, from which one on. */
  readonly heads: readonly { readonly stretch: StretchName; readonly at: number }[]
}

/** Hands out the trades of a tape, run after run; empty runs do not occur. */
export interface TapeOrder {
  /** The next trades; null at the end. */
  next(): TapeRun | null
  standing(): OrderStanding
  /** False where it could not go on from a standing: what was to be read is no longer there as it was. */
  readonly isWhole: boolean
  /** Reads a stretch again whose trades were handed out in part; null where it is no longer there. */
  read(stretch: StretchName): TapeRows | null
}

type NamedStretch = TapeStretch & { readonly name: StretchName }
type Head = { readonly rows: TapeRows; readonly name: StretchName; at: number }

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
  readonly #waiting: NamedStretch[] = []
  #heads: Head[] = []
  /** Of the stretches that were read when it went on from a standing. */
  readonly #read = new Map<string, TapeRows | null>()
  #isWhole = true

  /** @param from Where another order of the same range stood. */
  constructor(source: TapeSource, range: TapeRange, from?: OrderStanding) {
    this.#source = source
    const hours = source.hours({ ...range, toMs: range.toMs + skewMs })
    this.#hours = from === undefined ? [...hours].reverse() : [...from.hours]
    if (from !== undefined) this.#takeUp(from)
  }

  standing(): OrderStanding {
    return {
      hours: [...this.#hours],
      waiting: this.#waiting.map(({ name }) => name),
      heads: this.#heads.map(({ name, at }) => ({ stretch: name, at }))
    }
  }

  get isWhole(): boolean {
    return this.#isWhole
  }

  read(stretch: StretchName): TapeRows | null {
    const key = `${stretch.hour} ${stretch.at ?? ''}`
    if (!this.#read.has(key)) this.#read.set(key, this.#find(stretch)?.read() ?? null)
    const rows = this.#read.get(key) ?? null
    if (rows === null) this.#isWhole = false
    return rows
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
      if (rows !== null && rows.length > 0) this.#heads.push({ rows, name: next.name, at: 0 })
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
    return { rows, from, to, stretch: head.name }
  }

  #openHour(): void {
    const hour = this.#hours.pop()
    if (hour !== undefined) this.#await(this.#stretchesOf(hour))
  }

  #await(stretches: readonly NamedStretch[]): void {
    this.#waiting.push(...stretches)
    this.#waiting.sort((a, b) => b.firstArrival - a.firstArrival)
  }

  #stretchesOf(hour: number): readonly NamedStretch[] {
    const stretches = this.#source.stretches(hour)
    return stretches.map((stretch, at) => ({
      firstArrival: stretch.firstArrival,
      read: () => stretch.read(),
      name: { hour, at, of: stretches.length, firstArrival: stretch.firstArrival }
    }))
  }

  #find(stretch: StretchName): NamedStretch | undefined {
    return this.#stretchesOf(stretch.hour).find(({ name }) => isSame(name, stretch))
  }

  #takeUp({ waiting, heads }: OrderStanding): void {
    const hours = new Set(waiting.map(({ hour }) => hour))
    for (const hour of hours) {
      const names = waiting.filter((each) => each.hour === hour)
      const there = this.#stretchesOf(hour).filter(({ name }) =>
        names.some((each) => isSame(each, name))
      )
      if (there.length < names.length) this.#isWhole = false
      this.#await(there)
    }
    this.#heads = heads.flatMap(({ stretch, at }) => {
      const rows = this.read(stretch)
      return rows === null ? [] : { rows, name: stretch, at }
    })
  }
}

/** The tape as it is known now: trades by venue time. Bound: the trades of an hour. */
export class VenueOrder implements TapeOrder {
  /** However the trades of an hour are kept, their order is the same. */
  readonly isWhole = true
  readonly #source: TapeSource
  readonly #hours: number[]

  /** @param from Where another order of the same range stood. */
  constructor(source: TapeSource, range: TapeRange, from?: OrderStanding) {
    this.#source = source
    const hours = source.hours(range)
    this.#hours = from === undefined ? [...hours].reverse() : [...from.hours]
  }

  next(): TapeRun | null {
    for (let hour = this.#hours.pop(); hour !== undefined; hour = this.#hours.pop()) {
      const stretch = { hour, at: null, of: 0, firstArrival: 0 }
      const rows = this.read(stretch)
      if (rows.length > 0) return { rows, from: 0, to: rows.length, stretch }
    }
    return null
  }

  standing(): OrderStanding {
    return { hours: [...this.#hours], waiting: [], heads: [] }
  }

  read({ hour }: StretchName): TapeRows {
    const rows = joinRows(this.#source.stretches(hour).flatMap((stretch) => stretch.read() ?? []))
    return isInOrder(rows) ? rows : pickRows(rows, byVenueTime(rows))
  }
}

function isInOrder({ eventMs, arrival, length }: TapeRows): boolean {
  for (let at = 1; at < length; at += 1) {
    const [before, now] = [eventMs[at - 1] ?? 0, eventMs[at] ?? 0]
    if (before > now || (before === now && (arrival[at - 1] ?? 0) > (arrival[at] ?? 0)))
      return false
  }
  return true
}

function byVenueTime({ eventMs, arrival }: TapeRows): Uint32Array {
  return Uint32Array.from(eventMs.keys()).sort(
    (a, b) => (eventMs[a] ?? 0) - (eventMs[b] ?? 0) || (arrival[a] ?? 0) - (arrival[b] ?? 0)
  )
}

function isSame(a: StretchName, b: StretchName): boolean {
  return a.at === b.at && a.of === b.of && a.firstArrival === b.firstArrival
}

function arrivalOf({ rows, at }: Head): number {
  return rows.arrival[at] ?? Infinity
}
