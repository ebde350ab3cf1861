import type { Trade } from '../../core/market/event.ts'

const firstCapacity = 1_024
const textIdBit = 2
const flaggedBit = 1
const bytesPerRow = 6 * 8 + 4 + 1 + 1

/** What crosses the thread border: memory both threads see, and the ids that are text. */
export type TradeBlock = {
  readonly memory: SharedArrayBuffer
  readonly length: number
  readonly texts: readonly string[]
}

/** One row, as the writer reads it; reused from row to row. */
export type TradeRow = {
  instrument: number
  id: number | string
  arrival: number
  eventMs: number
  receivedMs: number
  price: number
  size: number
  /** 1 bought, -1 sold, 0 unknown. */
  side: number
  flagged: number
}

/**
 * Trades in columns, in memory that two threads share: appending allocates nothing, sending copies
 * nothing, and what was sent is still here to be sent again.
 */
export class TradeColumns {
  #columns: Columns
  #length: number
  #texts: string[]

  /** @param block Rows to read; without one, an empty set to fill. */
  constructor(block: TradeBlock | null = null) {
    this.#columns = layOut(block?.memory ?? allocate(firstCapacity))
    this.#length = block?.length ?? 0
    this.#texts = [...(block?.texts ?? [])]
  }

  get length(): number {
    return this.#length
  }

  /** Rows it holds without growing. */
  get capacity(): number {
    return this.#columns.ids.length
  }

  append(instrument: number, trade: Trade, arrival: number, flagged: boolean): void {
    const at = this.#length
    if (at === this.capacity) this.#grow()
    const columns = this.#columns
    const { id, side } = trade
    if (typeof id === 'number') {
      columns.ids[at] = id
      columns.flags[at] = flagged ? flaggedBit : 0
    } else {
      columns.ids[at] = this.#texts.push(id) - 1
      columns.flags[at] = flagged ? flaggedBit | textIdBit : textIdBit
    }
    columns.instruments[at] = instrument
    columns.arrivals[at] = arrival
    columns.events[at] = trade.eventMs
    columns.receipts[at] = trade.receivedMs
    columns.prices[at] = trade.price
    columns.sizes[at] = trade.size
    columns.sides[at] = side === 'buy' ? 1 : side === 'sell' ? -1 : 0
    this.#length = at + 1
  }

  /** Fills `into` with one row, `at` below length. */
  read(at: number, into: TradeRow): void {
    const columns = this.#columns
    const flags = columns.flags[at] ?? 0
    const id = columns.ids[at] ?? 0
    into.instrument = columns.instruments[at] ?? 0
    into.id = (flags & textIdBit) === 0 ? id : (this.#texts[id] ?? '')
    into.arrival = columns.arrivals[at] ?? 0
    into.eventMs = columns.events[at] ?? 0
    into.receivedMs = columns.receipts[at] ?? 0
    into.price = columns.prices[at] ?? 0
    into.size = columns.sizes[at] ?? 0
    into.side = columns.sides[at] ?? 0
    into.flagged = flags & flaggedBit
  }

  /** Instrument of a row. */
  instrumentAt(at: number): number {
    return this.#columns.instruments[at] ?? 0
  }

  /** Arrival of the last row; -1 when empty. */
  lastArrival(): number {
    return this.#length === 0 ? -1 : (this.#columns.arrivals[this.#length - 1] ?? 0)
  }

  /** What to send; valid until the next `clear`. */
  block(): TradeBlock {
    return { memory: this.#columns.memory, length: this.#length, texts: this.#texts }
  }

  clear(): void {
    this.#length = 0
    this.#texts = []
  }

  #grow(): void {
    const from = this.#columns
    const to = layOut(allocate(this.capacity * 2))
    to.ids.set(from.ids)
    to.arrivals.set(from.arrivals)
    to.events.set(from.events)
    to.receipts.set(from.receipts)
    to.prices.set(from.prices)
    to.sizes.set(from.sizes)
    to.instruments.set(from.instruments)
    to.sides.set(from.sides)
    to.flags.set(from.flags)
    this.#columns = to
  }
}

type Columns = ReturnType<typeof layOut>

function allocate(rows: number): SharedArrayBuffer {
  return new SharedArrayBuffer(rows * bytesPerRow)
}

/** Places the columns one after the other, the widest first, so that each is aligned. */
function layOut(memory: SharedArrayBuffer) {
  const rows = memory.byteLength / bytesPerRow
  const wide = (at: number) => new Float64Array(memory, at * rows * 8, rows)
  return {
    memory,
    ids: wide(0),
    arrivals: wide(1),
    events: wide(2),
    receipts: wide(3),
    prices: wide(4),
    sizes: wide(5),
    instruments: new Int32Array(memory, rows * 48, rows),
    sides: new Int8Array(memory, rows * 52, rows),
    flags: new Uint8Array(memory, rows * 53, rows)
  }
}

/** Makes a row to be filled. */
export function emptyTradeRow(): TradeRow {
  return {
    instrument: 0,
    id: 0,
    arrival: 0,
    eventMs: 0,
    receivedMs: 0,
    price: 0,
    size: 0,
    side: 0,
    flagged: 0
  }
}
