import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  changeDatabase,
  copyDatabase,
  countIn,
  isIntact,
  readAcknowledged
} from '../../faults/database-copy.ts'
import { withDuplicate, withFalseGap, withLie, withoutGaps } from '../../faults/judge-row.ts'
import { scratchFolder } from '../support/scratch-folder.ts'
import { TapeFile } from '../support/tape-file.ts'

const bitcoin = 'coinbase:BTC-USD'
const perpetual = 'bybit-linear:BTC-USDT'
const startMs = 1_790_000_000_000

async function aTape(): Promise<TapeFile> {
  const file = await TapeFile.make()
  file.instrument(bitcoin, 'contiguous')
  file.instrument(perpetual, 'unique')
  for (const id of [5, 6, 7, 8]) {
    const row = { eventMs: startMs + 1_000 * id, price: 10, size: 1 }
    file.trade(bitcoin, { id: String(id), ...row })
    file.trade(perpetual, { id: `id-${id}`, ...row })
  }
  return file
}

const all = 'SELECT count(*) FROM trade'

describe('spoiling a copy of a database', () => {
  test('takes away gaps and the trades that came by them', async () => {
    const file = await aTape()
    const times = { fromMs: startMs + 5_500, toMs: startMs + 7_500 }
    file.gap(bitcoin, { state: 'refilled', firstId: 6, lastId: 6, ...times })
    file.gap(perpetual, { state: 'refilled', firstId: null, lastId: null, ...times })
    changeDatabase(file.path, withoutGaps)
    expect(countIn(file.path, 'SELECT count(*) FROM gap')).toBe(0)
    expect(countIn(file.path, `${all} WHERE instrument = 1`)).toBe(3)
    expect(countIn(file.path, `${all} WHERE instrument = 2`)).toBe(2)
  })

  test.each([
    ['a trade twice', withDuplicate, `${all} WHERE instrument = 1 AND id = 5`, 2],
    ['a trade otherwise than it was', withLie, `${all} WHERE price > 10`, 1],
    ['a gap where nothing is missing', withFalseGap, 'SELECT count(*) FROM gap', 1]
  ])('puts in %s', async (...[, sql, question, count]) => {
    const file = await aTape()
    changeDatabase(file.path, sql)
    expect(countIn(file.path, question)).toBe(count)
  })
})

describe('copyDatabase', () => {
  test('takes everything that is committed along, and less without the log', async () => {
    const file = await aTape()
    changeDatabase(file.path, 'PRAGMA journal_mode = WAL')
    file.trade(bitcoin, { id: '9', eventMs: startMs, price: 10, size: 1 })
    const acknowledged = readAcknowledged(file.path)
    expect(acknowledged).toEqual({ trades: 9, lastArrival: 9 })
    const folder = await scratchFolder()
    const whole = await copyDatabase(file.path, join(folder, 'whole'))
    const partly = await copyDatabase(file.path, join(folder, 'partly'), [''])
    expect([isIntact(whole), isIntact(partly)]).toEqual([true, true])
    expect(readAcknowledged(whole, acknowledged.lastArrival).trades).toBe(9)
    expect(readAcknowledged(partly, acknowledged.lastArrival).trades).toBe(8)
  })
})
