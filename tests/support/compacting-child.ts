/** Stores trades and moves them into files until it is killed; tells each step. Its argument is the database. */
import { instrumentId } from '../../src/core/market/instrument.ts'
import { packCandles } from '../../src/engine/storage/candle-block.ts'
import { HourCompaction } from '../../src/engine/storage/hour-compaction.ts'
import { noLedgerBlock } from '../../src/engine/storage/ledger-block.ts'
import { openForReading } from '../../src/engine/storage/open-database.ts'
import { TradeColumns } from '../../src/engine/storage/trade-columns.ts'
import { WriterDatabase } from '../../src/engine/storage/writer-database.ts'
import { aRegistration } from './a-registration.ts'
import { aTrade } from './a-trade.ts'

const hour = 497_222
const perBatch = 500
const file = process.argv[2] ?? ''
const instrument = instrumentId('coinbase', 'BTC-USD')

function tell(step: string, trades: number): void {
  process.send?.({ step, trades })
}

function blockOf(from: number, arrival: number) {
  const columns = new TradeColumns()
  for (let at = 0; at < perBatch; at += 1) {
    const id = from + at
    const trade = aTrade({ instrument, id, eventMs: hour * 3_600_000 + id })
    columns.append(0, trade, arrival + at, false)
  }
  return columns.block()
}

const setup = {
  file,
  mode: 'live',
  startedMs: 0,
  run: null,
  registered: [],
  tickSizes: []
} as const
const writer = new WriterDatabase(setup)
writer.apply({ kind: 'register', sequence: 1, instruments: [aRegistration(instrument)] })
const { nextArrival } = writer.run
while (writer.clearSealed(Date.now()));
// Ids and arrivals are one and the same here, so that a new child goes on behind what was stored.
for (let sequence = 2, from = nextArrival; ; sequence += 1, from += perBatch) {
  writer.apply({
    ...{ kind: 'batch', sequence, trades: blockOf(from, from), ledger: noLedgerBlock },
    ...{ candles: packCandles([], () => 0), rebuilds: [], runNowMs: 1 }
  })
  tell('committed', from + perBatch)
  const database = openForReading(file)
  const sealed = new HourCompaction(database).write({ venue: 'coinbase', hour }, (step) => {
    tell(step, from + perBatch)
  })
  database.close()
  if (sealed !== null) writer.seal(sealed, Date.now())
  tell('sealed', from + perBatch)
  while (writer.clearSealed(Date.now()));
  tell('cleared', from + perBatch)
}
