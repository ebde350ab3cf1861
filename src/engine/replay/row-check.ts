import type { InstrumentId } from '../../core/market/instrument.ts'
import type { TradeIds } from '../../core/market/trade-order.ts'
import type { TradeRow } from '../../recordings/trade-row.ts'

/** Remembers every id of a file, however many there are. */
export interface IdMemory {
  /** Notes an id. @returns The row that held it before; null where none did. */
  note(id: string, row: number): number | null
}

/** Of 1973 to 2286: seconds, microseconds and nanoseconds of our time lie outside. */
const rangeMs = { from: 1e11, to: 1e13 }

const wholeNumber = /^\d{1,16}$/

/**
 * Looks at the rows of a table, in its order, as trades of one instrument: by rising id where ids order
 * trades, else by time, each id once.
 */
export class RowCheck {
  readonly #instrument: InstrumentId
  readonly #tradeIds: TradeIds
  readonly #ids: IdMemory
  #before: TradeRow | null = null
  #rows = 0
  #fromMs = Infinity
  #toMs = -Infinity
  #mode: string | null = null

  constructor(of: {
    readonly instrument: InstrumentId
    readonly tradeIds: TradeIds
    readonly ids: IdMemory
  }) {
    this.#instrument = of.instrument
    this.#tradeIds = of.tradeIds
    this.#ids = of.ids
  }

  get rows(): number {
    return this.#rows
  }

  /** What kind of data the rows say they are; null where they do not. */
  get mode(): string | null {
    return this.#mode
  }

  /** Venue time of the earliest and the latest trade; null before the first. */
  get times(): { readonly firstMs: number; readonly lastMs: number } | null {
    return this.#rows === 0 ? null : { firstMs: this.#fromMs, lastMs: this.#toMs }
  }

  /** @returns What is wrong with the row; null when nothing is. */
  take(row: TradeRow): string | null {
    const problem =
      this.#problemOfPlace(row) ??
      problemOfTime(row) ??
      this.#problemOfId(row) ??
      this.#problemOfOrder(row)
    if (problem !== null) return problem
    this.#mode ??= row.mode
    this.#before = row
    this.#rows += 1
    this.#fromMs = Math.min(this.#fromMs, row.eventMs)
    this.#toMs = Math.max(this.#toMs, row.eventMs)
    return null
  }

  #problemOfPlace({ instrument, mode }: TradeRow): string | null {
    if (instrument !== null && instrument !== this.#instrument)
      return `instrument: expected ${this.#instrument}, received ${JSON.stringify(instrument)}`
    if (this.#before !== null && mode !== this.#before.mode)
      return `mode: expected ${this.#before.mode ?? 'nothing'} as before, received ${mode ?? 'nothing'}`
    return null
  }

  #problemOfId({ id }: TradeRow): string | null {
    if (this.#tradeIds === 'contiguous') {
      const isNumber = id !== null && wholeNumber.test(id) && Number.isSafeInteger(Number(id))
      return isNumber ? null : `id: expected the venue's number, received ${shown(id)}`
    }
    if (this.#tradeIds === 'unique' && id === null)
      return "id: expected the venue's text, received nothing"
    const before = this.#before
    if (before !== null && (before.id === null) !== (id === null))
      return 'id: expected one in every row, or in none'
    return null
  }

  #problemOfOrder(row: TradeRow): string | null {
    const before = this.#before
    if (this.#tradeIds === 'contiguous') {
      if (before === null || Number(row.id) > Number(before.id)) return null
      return Number(row.id) === Number(before.id)
        ? `id ${String(row.id)} is that of row ${before.row}: a duplicate`
        : `id ${String(row.id)} comes after ${String(before.id)}: not sorted by id`
    }
    if (before !== null && row.eventMs < before.eventMs)
      return `event_ms ${row.eventMs} comes after ${before.eventMs}: not sorted by time`
    const same = row.id === null ? null : this.#ids.note(row.id, row.row)
    return same === null ? null : `id ${shown(row.id)} is that of row ${same}: a duplicate`
  }
}

/** A time in another unit would be a trade of another age, and candles of all the time between. */
function problemOfTime({ eventMs, receivedMs }: TradeRow): string | null {
  for (const [column, atMs] of Object.entries({ event_ms: eventMs, received_ms: receivedMs })) {
    if (atMs === null || (atMs >= rangeMs.from && atMs < rangeMs.to)) continue
    return `${column}: expected epoch milliseconds from 1973 to 2286, received ${atMs}`
  }
  return null
}

function shown(id: string | null): string {
  return id === null ? 'nothing' : JSON.stringify(id.slice(0, 40))
}
