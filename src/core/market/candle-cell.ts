import type { Candle } from './candle.ts'
import type { DecimalSum } from './decimal-sum.ts'
import { addSum, copySum, emptySum, restoreSum, sumValue } from './decimal-sum.ts'
import type { InstrumentId } from './instrument.ts'
import type { Interval } from './interval.ts'
import type { LedgerState } from './ledger/ledger-state.ts'
import type { TradeEntry } from './trade-entry.ts'

/** Whose candles these are. */
export type CandleSeries = { readonly instrument: InstrumentId; readonly interval: Interval }

/** A candle under construction; readers get `candleOf` it. Without trades, prices mean nothing. */
export type CandleCell = {
  readonly series: CandleSeries
  openMs: number
  closeMs: number
  readonly dayMs: number
  readonly index: number
  open: number
  high: number
  low: number
  close: number
  readonly volume: DecimalSum
  readonly buyVolume: DecimalSum
  trades: number
  firstMajor: number
  firstMinor: number
  lastMajor: number
  lastMinor: number
  revision: number
  isFinal: boolean
  /** Stands in the list of changed candles, waiting to be taken. */
  isChanged: boolean
}

/** Where a cell lies: times for time candles, day and index for tick candles. */
export type CellPlace = Pick<CandleCell, 'openMs' | 'closeMs' | 'dayMs' | 'index'>

/** Makes a cell that holds no trade yet. */
export function emptyCell(series: CandleSeries, place: CellPlace): CandleCell {
  return {
    series,
    openMs: place.openMs,
    closeMs: place.closeMs,
    dayMs: place.dayMs,
    index: place.index,
    open: 0,
    high: -Infinity,
    low: Infinity,
    close: 0,
    volume: emptySum(),
    buyVolume: emptySum(),
    trades: 0,
    firstMajor: Infinity,
    firstMinor: Infinity,
    lastMajor: -Infinity,
    lastMinor: -Infinity,
    revision: 0,
    isFinal: false,
    isChanged: false
  }
}

/** Merges one trade, wherever it lies in the order. Times stay as they are. */
export function mergeTrade(cell: CandleCell, entry: TradeEntry): void {
  const { price, major } = entry
  if (price > cell.high) cell.high = price
  if (price < cell.low) cell.low = price
  if (major > cell.lastMajor || (major === cell.lastMajor && entry.minor > cell.lastMinor)) {
    cell.close = price
    cell.lastMajor = major
    cell.lastMinor = entry.minor
  }
  if (major < cell.firstMajor || (major === cell.firstMajor && entry.minor < cell.firstMinor)) {
    cell.open = price
    cell.firstMajor = major
    cell.firstMinor = entry.minor
  }
  addSum(cell.volume, entry.units)
  if (entry.isBuy) addSum(cell.buyVolume, entry.units)
  cell.trades += 1
}

/** Makes a cell hold what another holds, or nothing; place, revision and marks stay its own. */
export function resetCell(cell: CandleCell, content: CandleCell | null): void {
  const from = content ?? emptyCell(cell.series, cell)
  cell.open = from.open
  cell.high = from.high
  cell.low = from.low
  cell.close = from.close
  copySum(cell.volume, from.volume)
  copySum(cell.buyVolume, from.buyVolume)
  cell.trades = from.trades
  cell.firstMajor = from.firstMajor
  cell.firstMinor = from.firstMinor
  cell.lastMajor = from.lastMajor
  cell.lastMinor = from.lastMinor
}

/** The exact volumes of a candle, from which a sum can go on. */
export type ExactVolumes = Pick<CandleCell, 'volume' | 'buyVolume'>

/** Exact volumes of a cell, for whoever goes on from the candle elsewhere. */
export function volumesOf(cell: CandleCell): ExactVolumes {
  return { volume: { ...cell.volume }, buyVolume: { ...cell.buyVolume } }
}

/**
 * Reads the exact volumes back from a stored candle.
 *
 * @param finest The finest size that may be in it, in base units.
 * @returns null where the stored doubles no longer tell the exact sums.
 */
export function restoreVolumes(candle: Candle, finest: number): ExactVolumes | null {
  const volume = restoreSum(candle.volume, finest)
  const buyVolume = restoreSum(candle.buyVolume, finest)
  return volume === null || buyVolume === null ? null : { volume, buyVolume }
}

/** Takes a stored candle up again. */
export function restoreCell(candle: Candle, { volume, buyVolume }: ExactVolumes): CandleCell {
  return {
    series: { instrument: candle.instrument, interval: candle.interval },
    openMs: candle.openMs,
    closeMs: candle.closeMs,
    dayMs: candle.dayMs,
    index: candle.index,
    open: candle.open,
    high: candle.high,
    low: candle.low,
    close: candle.close,
    volume,
    buyVolume,
    trades: candle.trades,
    firstMajor: candle.firstOrder.major,
    firstMinor: candle.firstOrder.minor,
    lastMajor: candle.lastOrder.major,
    lastMinor: candle.lastOrder.minor,
    revision: candle.revision,
    isFinal: candle.final,
    isChanged: false
  }
}

/** The candle as it stands. Always `unproven`: only the ledger can tell more. */
export function candleOf(cell: CandleCell): Candle {
  return candleIn(cell, 'unproven')
}

/** The candle as it stands. @param state What the ledger says of its time. */
export function candleIn(cell: CandleCell, state: LedgerState): Candle {
  return {
    instrument: cell.series.instrument,
    interval: cell.series.interval,
    openMs: cell.openMs,
    closeMs: cell.closeMs,
    dayMs: cell.dayMs,
    index: cell.index,
    open: cell.open,
    high: cell.high,
    low: cell.low,
    close: cell.close,
    volume: sumValue(cell.volume),
    buyVolume: sumValue(cell.buyVolume),
    trades: cell.trades,
    firstOrder: { major: cell.firstMajor, minor: cell.firstMinor },
    lastOrder: { major: cell.lastMajor, minor: cell.lastMinor },
    revision: cell.revision,
    final: cell.isFinal,
    source: 'trades',
    state
  }
}
