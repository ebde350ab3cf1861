import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { StoredTape } from '../../../src/simulator/verify/stored-tape.ts'
import { aRegistration } from '../../support/a-registration.ts'
import { aTrade } from '../../support/a-trade.ts'
import { sealAll } from '../../support/tape-keeping.ts'
import { damagedFile } from '../../support/tape-rows.ts'
import { aWriterBench } from '../../support/writer-bench.ts'

const instruments = ['coinbase:BTC-USD', 'bybit-spot:BTC-USDT'] as const

async function aBench() {
  const bench = await aWriterBench(instruments.map((id) => aRegistration(id)))
  const of = (id: number) => instruments.map((instrument) => aTrade({ instrument, id, price: id }))
  bench.commit({ trades: [1, 2, 3].flatMap(of) })
  const sealed = sealAll(bench)
  bench.commit({ trades: [4, 5].flatMap(of) })
  return { bench, sealed }
}

describe('StoredTape', () => {
  test('reads trades of rows and of files, in the order in which they arrived', async () => {
    const { bench } = await aBench()
    using tape = new StoredTape(bench.setup.file)
    for (const instrument of instruments) {
      const { trades } = tape.read(instrument)
      expect(trades.map(({ id, price }) => [id, price])).toEqual([
        ['1', 1],
        ['2', 2],
        ['3', 3],
        ['4', 4],
        ['5', 5]
      ])
    }
    expect(tape.problems()).toEqual([])
  })

  test('tells of a damaged file, and misses its trades', async () => {
    const { bench, sealed } = await aBench()
    const path = sealed.find(({ venue }) => venue === 'coinbase')?.path ?? ''
    damagedFile(join(dirname(bench.setup.file), path))
    using tape = new StoredTape(bench.setup.file)
    expect(tape.read('coinbase:BTC-USD').trades.map(({ id }) => id)).toEqual(['4', '5'])
    expect(tape.read('bybit-spot:BTC-USDT').trades).toHaveLength(5)
    expect(tape.problems()).toEqual([expect.stringContaining(path)])
  })
})
