import { invariant } from '../core/invariant.ts'
import type { Trade } from '../core/market/event.ts'
import type { InstrumentId } from '../core/market/instrument.ts'

const firstCapacity = 1_024

/** One trade of a tape at rest. */
export type TapeRow = Omit<Trade, 'kind' | 'side'> & {
  /** 1 the aggressor bought, -1 it sold, 0 the venue does not tell. */
  readonly side: number
  /** 1: the venue's time was implausible; makes no candle. */
  readonly flagged: number
  /** Rises from row to row, not by 1. */
  readonly arrival: number
}

/** Trades in columns; what stands at one place of all of them is one trade. */
export type TapeRows = {
  readonly length: number
  /** Those that occur, each once. */
  readonly instruments: readonly InstrumentId[]
  /** Places in `instruments`. */
  readonly instrument: Uint32Array
  readonly id: Float64Array | readonly (number | string)[]
  readonly eventMs: Float64Array
  readonly receivedMs: Float64Array
  readonly price: Float64Array
  readonly size: Float64Array
  readonly side: Int8Array
  readonly flagged: Uint8Array
  readonly arrival: Float64Array
}

/** Makes one trade of what stands at a place below length. */
export function tapeRowAt(rows: TapeRows, at: number): TapeRow {
  const instrument = rows.instruments[rows.instrument[at] ?? -1]
  const id = rows.id[at]
  invariant(instrument !== undefined && id !== undefined, `expected a row at ${at}`)
  return {
    instrument,
    id,
    eventMs: rows.eventMs[at] ?? 0,
    receivedMs: rows.receivedMs[at] ?? 0,
    price: rows.price[at] ?? 0,
    size: rows.size[at] ?? 0,
    side: rows.side[at] ?? 0,
    flagged: rows.flagged[at] ?? 0,
    arrival: rows.arrival[at] ?? 0
  }
}

/** Puts rows one behind the other; of none they are empty. */
export function joinRows(all: readonly TapeRows[]): TapeRows {
  const [only] = all
  if (only !== undefined && all.length === 1) return only
  const length = all.reduce((sum, rows) => sum + rows.length, 0)
  const instruments = [...new Set(all.flatMap((rows) => rows.instruments))]
  const columns = allocate(length)
  const ids: TapeRows['id'][] = []
  let at = 0
  for (const rows of all) {
    const places = rows.instruments.map((id) => instruments.indexOf(id))
    columns.instrument.set(
      rows.instrument.map((place) => places[place] ?? 0),
      at
    )
    columns.eventMs.set(rows.eventMs, at)
    columns.receivedMs.set(rows.receivedMs, at)
    columns.price.set(rows.price, at)
    columns.size.set(rows.size, at)
    columns.side.set(rows.side, at)
    columns.flagged.set(rows.flagged, at)
    columns.arrival.set(rows.arrival, at)
    ids.push(rows.id)
    at += rows.length
  }
  return { length, instruments, ...columns, id: joinIds(ids, length) }
}

function joinIds(all: readonly TapeRows['id'][], length: number): TapeRows['id'] {
  const numbers = all.filter((ids) => ids instanceof Float64Array)
  if (numbers.length < all.length) return all.flatMap((ids) => [...ids])
  const joined = new Float64Array(length)
  let at = 0
  for (const ids of numbers) {
    joined.set(ids, at)
    at += ids.length
  }
  return joined
}

/** Copies rows in the order of their places. */
export function pickRows(rows: TapeRows, places: Uint32Array): TapeRows {
  const wide = (column: Float64Array) => pickInto(new Float64Array(places.length), column, places)
  const { id, instrument, side, flagged } = rows
  return {
    length: places.length,
    instruments: rows.instruments,
    instrument: places.map((at) => instrument[at] ?? 0),
    id: id instanceof Float64Array ? wide(id) : pickTexts(id, places),
    eventMs: wide(rows.eventMs),
    receivedMs: wide(rows.receivedMs),
    price: wide(rows.price),
    size: wide(rows.size),
    side: pickInto(new Int8Array(places.length), side, places),
    flagged: pickInto(new Uint8Array(places.length), flagged, places),
    arrival: wide(rows.arrival)
  }
}

function pickInto<Column extends Float64Array | Int8Array | Uint8Array>(
  into: Column,
  from: Column,
  places: Uint32Array
): Column {
  for (let at = 0; at < places.length; at += 1) into[at] = from[places[at] ?? 0] ?? 0
  return into
}

function pickTexts(texts: readonly (number | string)[], places: Uint32Array) {
  const picked: (number | string)[] = []
  for (let at = 0; at < places.length; at += 1) picked.push(texts[places[at] ?? 0] ?? '')
  return picked
}

/** Takes trades in, one by one, and hands them out in columns. Bound: whoever takes them out. */
export class TapeRowsBuilder {
  readonly #places = new Map<InstrumentId, number>()
  #columns = allocate(firstCapacity)
  #ids: (number | string)[] = []

  get length(): number {
    return this.#ids.length
  }

  append(row: TapeRow): void {
    const at = this.#ids.length
    if (at === this.#columns.arrival.length) this.#columns = grown(this.#columns)
    const columns = this.#columns
    this.#ids.push(row.id)
    columns.instrument[at] = this.#placeOf(row.instrument)
    columns.eventMs[at] = row.eventMs
    columns.receivedMs[at] = row.receivedMs
    columns.price[at] = row.price
    columns.size[at] = row.size
    columns.side[at] = row.side
    columns.flagged[at] = row.flagged
    columns.arrival[at] = row.arrival
  }

  /** What came since the last taking; valid for good. */
  take(): TapeRows {
    const columns = this.#columns
    const length = this.#ids.length
    const rows = {
      length,
      instruments: [...this.#places.keys()],
      instrument: columns.instrument.slice(0, length),
      id: this.#ids,
      eventMs: columns.eventMs.slice(0, length),
      receivedMs: columns.receivedMs.slice(0, length),
      price: columns.price.slice(0, length),
      size: columns.size.slice(0, length),
      side: columns.side.slice(0, length),
      flagged: columns.flagged.slice(0, length),
      arrival: columns.arrival.slice(0, length)
    }
    this.#ids = []
    this.#places.clear()
    return rows
  }

  #placeOf(instrument: InstrumentId): number {
    const known = this.#places.get(instrument)
    if (known !== undefined) return known
    this.#places.set(instrument, this.#places.size)
    return this.#places.size - 1
  }
}

type Columns = ReturnType<typeof allocate>

function allocate(rows: number) {
  return {
    instrument: new Uint32Array(rows),
    eventMs: new Float64Array(rows),
    receivedMs: new Float64Array(rows),
    price: new Float64Array(rows),
    size: new Float64Array(rows),
    side: new Int8Array(rows),
    flagged: new Uint8Array(rows),
    arrival: new Float64Array(rows)
  }
}

function grown(from: Columns): Columns {
  const to = allocate(from.arrival.length * 2)
  to.instrument.set(from.instrument)
  to.eventMs.set(from.eventMs)
  to.receivedMs.set(from.receivedMs)
  to.price.set(from.price)
  to.size.set(from.size)
  to.side.set(from.side)
  to.flagged.set(from.flagged)
  to.arrival.set(from.arrival)
  return to
}
