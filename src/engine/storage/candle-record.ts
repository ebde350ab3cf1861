import { invariant } from '../../core/invariant.ts'
import type { Candle } from '../../core/market/candle.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { Interval, IntervalSpec } from '../../core/market/interval.ts'
import { parseInterval } from '../../core/market/interval.ts'
import { ledgerStates } from '../../core/market/ledger/ledger-state.ts'

export type TimeSpec = IntervalSpec & { readonly kind: 'time' }
export type TickSpec = IntervalSpec & { readonly kind: 'tick' }

/** Columns that both candle tables share, in the order of a CandleContent. */
export const contentColumns =
  'open, high, low, close, volume, buy_volume, trades, first_major, first_minor, last_major, ' +
  'last_minor, revision, final, source, state'

/** The values of contentColumns. */
export type CandleContent = readonly [
  open: number,
  high: number,
  low: number,
  close: number,
  volume: number,
  buyVolume: number,
  trades: number,
  firstMajor: number,
  firstMinor: number,
  lastMajor: number,
  lastMinor: number,
  revision: number,
  final: number,
  source: number,
  state: number
]

/** Columns before the content: of `candle`, the instrument, seconds and slot. */
export type TimeCandleRow = readonly [slot: number, ...content: CandleContent]
/** Of `tick_candle`, without instrument and length. */
export type TickCandleRow = readonly [
  dayMs: number,
  place: number,
  openMs: number,
  closeMs: number,
  ...content: CandleContent
]

/** Reads an interval that settings or a query have checked before. */
export function intervalSpec(interval: Interval): IntervalSpec {
  const spec = parseInterval(interval)
  invariant(spec !== null, `expected an interval, received ${interval}`)
  return spec
}

/** A time interval, told from its text. */
export function timeSpec(interval: Interval): TimeSpec {
  const spec = intervalSpec(interval)
  invariant(spec.kind === 'time', `expected a time interval, received ${interval}`)
  return spec
}

/** A count of trades, told from its text. */
export function tickSpec(interval: Interval): TickSpec {
  const spec = intervalSpec(interval)
  invariant(spec.kind === 'tick', `expected a count of trades, received ${interval}`)
  return spec
}

/** The content columns of a candle. */
export function contentOf(candle: Candle): CandleContent {
  return [
    candle.open,
    candle.high,
    candle.low,
    candle.close,
    candle.volume,
    candle.buyVolume,
    candle.trades,
    candle.firstOrder.major,
    candle.firstOrder.minor,
    candle.lastOrder.major,
    candle.lastOrder.minor,
    candle.revision,
    candle.final ? 1 : 0,
    candle.source === 'venue' ? 1 : 0,
    ledgerStates.indexOf(candle.state)
  ]
}

/** Where a time candle lies in its table. */
export function slotOf(candle: Candle, lengthMs: number): number {
  return Math.round(candle.openMs / lengthMs)
}

/** A candle from a row of `candle`. */
export function timeCandleFrom(
  instrument: InstrumentId,
  spec: TimeSpec,
  row: TimeCandleRow
): Candle {
  const [slot, ...content] = row
  const openMs = slot * spec.lengthMs
  const place = { openMs, closeMs: openMs + spec.lengthMs, dayMs: 0, index: 0 }
  return candleFrom(instrument, spec.interval, place, content)
}

/** A candle from a row of `tick_candle`. */
export function tickCandleFrom(
  instrument: InstrumentId,
  spec: TickSpec,
  row: TickCandleRow
): Candle {
  const [dayMs, index, openMs, closeMs, ...content] = row
  return candleFrom(instrument, spec.interval, { openMs, closeMs, dayMs, index }, content)
}

/** Tells whether two candles hold the same trades; marks and revisions do not count. */
export function isSameContent(a: Candle, b: Candle): boolean {
  const left = contentOf(a)
  const right = contentOf(b)
  const marks = left.length - 4
  return (
    left.slice(0, marks).every((value, at) => value === right[at]) &&
    a.openMs === b.openMs &&
    a.closeMs === b.closeMs &&
    a.source === b.source
  )
}

function candleFrom(
  instrument: InstrumentId,
  interval: Interval,
  place: Pick<Candle, 'openMs' | 'closeMs' | 'dayMs' | 'index'>,
  content: CandleContent
): Candle {
  return {
    instrument,
    interval,
    openMs: place.openMs,
    closeMs: place.closeMs,
    dayMs: place.dayMs,
    index: place.index,
    open: content[0],
    high: content[1],
    low: content[2],
    close: content[3],
    volume: content[4],
    buyVolume: content[5],
    trades: content[6],
    firstOrder: { major: content[7], minor: content[8] },
    lastOrder: { major: content[9], minor: content[10] },
    revision: content[11],
    final: content[12] === 1,
    source: content[13] === 1 ? 'venue' : 'trades',
    state: ledgerStates[content[14]] ?? 'unproven'
  }
}
