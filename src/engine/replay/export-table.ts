import type { RunMode } from '../../contracts/shapes.ts'
import type { Candle } from '../../core/market/candle.ts'
import type { Trade } from '../../core/market/event.ts'
import type { Gap } from '../../core/market/ledger/gap.ts'
import type { LedgerState } from '../../core/market/ledger/ledger-state.ts'
import type { TableColumn, TableRow } from '../../recordings/table-column.ts'

/** Columns of an export: the fields of the outer shape in snake_case, then `mode`. */
type ExportColumns = readonly TableColumn[]

const text = (name: string): TableColumn => ({ name, kind: 'text', mayBeNull: false })
const number = (name: string): TableColumn => ({ name, kind: 'number', mayBeNull: false })
const count = (name: string): TableColumn => ({ name, kind: 'count', mayBeNull: false })
const orNull = (column: TableColumn): TableColumn => ({ ...column, mayBeNull: true })

/** Of the trade shape, with the ledger's state of the moment. */
export const tradeExportColumns: ExportColumns = [
  text('instrument'),
  text('id'),
  number('event_ms'),
  number('received_ms'),
  number('price'),
  number('size'),
  orNull(text('side')),
  text('state'),
  text('mode')
]

/** Of the candle shape; tick candles have `index` and `close_ms` besides. */
export function candleExportColumns(kind: 'time' | 'tick'): ExportColumns {
  return [
    text('instrument'),
    text('interval'),
    number('open_ms'),
    number('open'),
    number('high'),
    number('low'),
    number('close'),
    number('volume'),
    number('buy_volume'),
    count('trades'),
    text('state'),
    { name: 'final', kind: 'flag', mayBeNull: false },
    ...(kind === 'tick' ? [count('index'), number('close_ms')] : []),
    text('mode')
  ]
}

/** Of the gap shape. */
export const gapExportColumns: ExportColumns = [
  text('instrument'),
  orNull(number('from_ms')),
  number('to_ms'),
  text('state'),
  text('cause'),
  orNull(text('reason')),
  orNull(count('missed_trades')),
  orNull(text('source')),
  text('mode')
]

/** A trade in the order of `tradeExportColumns`. */
export function tradeExportRow(
  { instrument, id, eventMs, receivedMs, price, size, side }: Trade,
  state: LedgerState,
  mode: RunMode
): TableRow {
  return [instrument, String(id), eventMs, receivedMs, price, size, side, state, mode]
}

/** A candle in the order of `candleExportColumns`. */
export function candleExportRow(candle: Candle, mode: RunMode): TableRow {
  const { instrument, interval, openMs, open, high, low, close, volume } = candle
  const { buyVolume, trades, state, final, index, closeMs } = candle
  const prices = [openMs, open, high, low, close, volume, buyVolume, trades]
  const place = interval.endsWith('t') ? [index, closeMs] : []
  return [instrument, interval, ...prices, state, final, ...place, mode]
}

/** A gap in the order of `gapExportColumns`. */
export function gapExportRow(
  { instrument, fromMs, toMs, state, cause, reason, missedTrades, source }: Gap,
  mode: RunMode
): TableRow {
  return [instrument, fromMs, toMs, state, cause, reason, missedTrades, source, mode]
}
