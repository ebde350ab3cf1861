import type { InstrumentId } from '../../core/market/instrument.ts'
import { ColumnRing } from '../column-ring.ts'
import type { SimTrade } from '../market.ts'

/** What traded in some time, beyond what the market's own candles tell. */
export type TradeFlow = {
  readonly trades: number
  /** Base units. */
  readonly volume: number
  /** Price × size. */
  readonly quote: number
  /** Of takers that bought. */
  readonly buyVolume: number
  readonly buyQuote: number
  /** Infinity where nothing traded. */
  readonly firstId: number
  /** -Infinity where nothing traded. */
  readonly lastId: number
}

export const noFlow: TradeFlow = {
  trades: 0,
  volume: 0,
  quote: 0,
  buyVolume: 0,
  buyQuote: 0,
  firstId: Infinity,
  lastId: -Infinity
}

const column = {
  openMs: 0,
  trades: 1,
  volume: 2,
  quote: 3,
  buyVolume: 4,
  buyQuote: 5,
  firstId: 6,
  lastId: 7
} as const

type Flows = { readonly seconds: ColumnRing; readonly minutes: ColumnRing }
const secondMs = 1000
const minuteMs = 60_000
/** Half an hour of seconds and a day of minutes, as the market keeps trades and minutes. */
const keptSeconds = 1800
const keptMinutes = 1440

/** Sums the trades of each instrument by second and by minute since the server began. */
export class TradeFlows {
  readonly #flows = new Map<InstrumentId, Flows>()

  add(trade: SimTrade): void {
    const { seconds, minutes } = this.#open(trade.instrument)
    addTo(seconds, Math.floor(trade.eventMs / secondMs) * secondMs, trade)
    addTo(minutes, Math.floor(trade.eventMs / minuteMs) * minuteMs, trade)
  }

  /**
   * Sums what traded in [fromMs, toMs), by a key made of the time; keys without a trade are missing.
   *
   * @param of.by Seconds for candles shorter than a minute.
   */
  sum(
    instrument: InstrumentId,
    of: {
      readonly by: 'second' | 'minute'
      readonly fromMs: number
      readonly toMs: number
      readonly keyOf: (atMs: number) => number
    }
  ): ReadonlyMap<number, TradeFlow> {
    const sums = new Map<number, TradeFlow>()
    const flows = this.#flows.get(instrument)
    if (flows === undefined) return sums
    const rows = of.by === 'second' ? flows.seconds : flows.minutes
    for (let row = 0; row < rows.length; row += 1) {
      const openMs = rows.get(row, column.openMs)
      if (openMs < of.fromMs || openMs >= of.toMs) continue
      const key = of.keyOf(openMs)
      sums.set(key, together(sums.get(key) ?? noFlow, flowAt(rows, row)))
    }
    return sums
  }

  #open(instrument: InstrumentId): Flows {
    const known = this.#flows.get(instrument)
    if (known !== undefined) return known
    const width = Object.keys(column).length
    const flows = {
      seconds: new ColumnRing(width, keptSeconds),
      minutes: new ColumnRing(width, keptMinutes)
    }
    this.#flows.set(instrument, flows)
    return flows
  }
}

/** A tape's late trade whose time was never opened is left to whoever compares volumes. */
function addTo(rows: ColumnRing, openMs: number, trade: SimTrade): void {
  let row = rows.length - 1
  while (row >= 0 && rows.get(row, column.openMs) > openMs) row -= 1
  if (row < 0 || rows.get(row, column.openMs) !== openMs) {
    if (row !== rows.length - 1) return
    rows.push([openMs, 0, 0, 0, 0, 0, Infinity, -Infinity])
    row = rows.length - 1
  }
  const flow = together(flowAt(rows, row), flowOf(trade))
  rows.set(row, column.trades, flow.trades)
  rows.set(row, column.volume, flow.volume)
  rows.set(row, column.quote, flow.quote)
  rows.set(row, column.buyVolume, flow.buyVolume)
  rows.set(row, column.buyQuote, flow.buyQuote)
  rows.set(row, column.firstId, flow.firstId)
  rows.set(row, column.lastId, flow.lastId)
}

function flowOf({ id, price, size, takerSide }: SimTrade): TradeFlow {
  const quote = price * size
  const isBuy = takerSide === 'buy'
  return {
    trades: 1,
    volume: size,
    quote,
    buyVolume: isBuy ? size : 0,
    buyQuote: isBuy ? quote : 0,
    firstId: id,
    lastId: id
  }
}

function flowAt(rows: ColumnRing, row: number): TradeFlow {
  return {
    trades: rows.get(row, column.trades),
    volume: rows.get(row, column.volume),
    quote: rows.get(row, column.quote),
    buyVolume: rows.get(row, column.buyVolume),
    buyQuote: rows.get(row, column.buyQuote),
    firstId: rows.get(row, column.firstId),
    lastId: rows.get(row, column.lastId)
  }
}

/** Sums two flows. */
export function together(one: TradeFlow, other: TradeFlow): TradeFlow {
  return {
    trades: one.trades + other.trades,
    volume: one.volume + other.volume,
    quote: one.quote + other.quote,
    buyVolume: one.buyVolume + other.buyVolume,
    buyQuote: one.buyQuote + other.buyQuote,
    firstId: Math.min(one.firstId, other.firstId),
    lastId: Math.max(one.lastId, other.lastId)
  }
}
