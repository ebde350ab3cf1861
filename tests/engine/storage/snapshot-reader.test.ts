import { readdir, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { InstrumentId } from '../../../src/core/market/instrument.ts'
import { parseInterval } from '../../../src/core/market/interval.ts'
import { ReaderDatabase } from '../../../src/engine/storage/reader-database.ts'
import { SnapshotReader } from '../../../src/engine/storage/snapshot-reader.ts'
import type { StoredInstrument } from '../../../src/engine/storage/stored-instruments.ts'
import { aGap } from '../../support/a-gap.ts'
import { aRegistration } from '../../support/a-registration.ts'
import { aTrade } from '../../support/a-trade.ts'
import { aCandle } from '../../support/candles.ts'
import { sealAll, sealOne } from '../../support/tape-keeping.ts'
import { aWriterBench, type WriterBench } from '../../support/writer-bench.ts'

const startMs = Date.UTC(2026, 9, 1)
const hourMs = 3_600_000
const all = { fromMs: -Infinity, toMs: Infinity }
const bitcoin: InstrumentId = 'coinbase:BTC-USD'

function snapshotOf(bench: WriterBench): { snapshot: SnapshotReader; of: StoredInstrument } {
  const snapshot = new SnapshotReader(bench.setup.file)
  onTestFinished(() => {
    snapshot.close()
  })
  const of = snapshot.find(bitcoin)
  if (of === null) throw new Error('expected an instrument')
  return { snapshot, of }
}

function specOf(interval: string) {
  const spec = parseInterval(interval)
  if (spec === null) throw new Error(`expected an interval, received ${interval}`)
  return spec
}

describe('SnapshotReader', () => {
  test('shows one state of the store while the writer goes on', async () => {
    const bench = await aWriterBench([aRegistration()])
    bench.commit({ trades: [aTrade({ id: 1 })] })
    const { snapshot, of } = snapshotOf(bench)
    const trades = snapshot.trades(of, all)
    for (let id = 2; id < 50; id += 1) bench.commit({ trades: [aTrade({ id })] })
    expect([...trades].flat().map(({ trade }) => trade.id)).toEqual([1])
    expect([...snapshot.trades(of, all)].flat()).toHaveLength(1)
    const later = snapshotOf(bench)
    expect([...later.snapshot.trades(later.of, all)].flat()).toHaveLength(49)
  })

  test('gives trades by id where ids order them, also over the border of an hour', async () => {
    const bench = await aWriterBench([aRegistration()])
    const at = (id: number, ms: number) => aTrade({ id, eventMs: startMs + hourMs + ms })
    bench.commit({
      trades: [at(1, -5), at(4, -1), at(3, 2), at(2, 1), at(6, hourMs - 1), at(5, hourMs)]
    })
    const { snapshot, of } = snapshotOf(bench)
    const ids = [...snapshot.trades(of, all)].flat().map(({ trade }) => trade.id)
    expect(ids).toEqual([1, 2, 3, 4, 5, 6])
    const range = { fromMs: startMs + hourMs - 1, toMs: startMs + hourMs + 2 }
    const some = [...snapshot.trades(of, range)].flat().map(({ trade }) => trade.id)
    expect(some).toEqual([2, 4])
  })

  test('gives trades by time and arrival where ids do not order them', async () => {
    const bench = await aWriterBench([aRegistration(bitcoin, { tradeIds: 'unique' })])
    const at = (id: string, ms: number) => aTrade({ id, eventMs: startMs + ms })
    bench.commit({ trades: [at('z', 5), at('b', 1), at('a', 1), at('c', hourMs), at('y', -1)] })
    const { snapshot, of } = snapshotOf(bench)
    const ids = [...snapshot.trades(of, all)].flat().map(({ trade }) => trade.id)
    expect(ids).toEqual(['y', 'b', 'a', 'z', 'c'])
  })

  test.each(['contiguous', 'unique'] as const)(
    'can be closed in the middle of %s trades that nobody reads on',
    async (tradeIds) => {
      const bench = await aWriterBench([aRegistration(bitcoin, { tradeIds })])
      const trades = Array.from({ length: 25_000 }, (...[, at]) =>
        aTrade({ id: tradeIds === 'unique' ? `id-${at}` : at, eventMs: startMs + at })
      )
      bench.commit({ trades })
      const snapshot = new SnapshotReader(bench.setup.file)
      const of = snapshot.find(bitcoin)
      if (of === null) throw new Error('expected an instrument')
      for (const page of snapshot.trades(of, all)) {
        expect(page).toHaveLength(10_000)
        break
      }
      expect([...snapshot.trades(of, all)].flat()).toHaveLength(25_000)
      snapshot.close()
    }
  )

  test.each(['contiguous', 'unique', 'none'] as const)(
    'gives the same %s trades when some or all of them lie in files',
    async (tradeIds) => {
      const bench = await aWriterBench([aRegistration(bitcoin, { tradeIds })])
      const order = [3, 1, 2, 59, 60, 62, 61, 121, 119, 200]
      const at = (n: number) => {
        // Ids 60 and 121 are filed an hour before lower ones.
        const minute = n === 60 ? 58 : n === 121 ? 118 : n
        return aTrade({
          id: tradeIds === 'contiguous' ? n : `id-${n}`,
          eventMs: startMs + minute * 60_000,
          price: n
        })
      }
      const late = aTrade({ ...at(5), id: tradeIds === 'contiguous' ? 5 : 'id-5' })
      bench.commit({
        trades: order.map(at),
        flagged: [aTrade({ ...at(7), id: tradeIds === 'contiguous' ? 7 : 'id-7' })]
      })
      const told = (range = all) => {
        const { snapshot, of } = snapshotOf(bench)
        const trades = [...snapshot.trades(of, range)].flat().map(({ trade }) => trade)
        return { trades, flagged: snapshot.countFlagged(of, range) }
      }
      const range = { fromMs: startMs + 2 * 60_000, toMs: startMs + 121 * 60_000 }
      const before = [told(), told(range)]
      expect(before[0]?.trades).toHaveLength(10)
      expect(before[0]?.flagged).toBe(1)
      sealOne(bench)
      expect([told(), told(range)]).toEqual(before)
      sealAll(bench)
      expect(await readdir(join(bench.setup.file, '..'), { recursive: true })).toContain('tape')
      expect([told(), told(range)]).toEqual(before)
      bench.commit({ trades: [late] })
      expect(told().trades.map(({ price }) => price)).toEqual(
        [...(before[0]?.trades ?? []), late]
          .sort((a, b) =>
            tradeIds === 'contiguous' ? Number(a.id) - Number(b.id) : a.eventMs - b.eventMs
          )
          .map(({ price }) => price)
      )
    }
  )

  test('tells of files that cannot be read, and gives the rest', async () => {
    const bench = await aWriterBench([aRegistration()])
    bench.commit({
      trades: [1, 2].map((id) => aTrade({ id, eventMs: startMs + id * hourMs }))
    })
    const [first] = sealAll(bench)
    const file = join(bench.setup.file, '..', first?.path ?? '')
    await truncate(file, 20)
    const { snapshot, of } = snapshotOf(bench)
    expect([...snapshot.trades(of, all)].flat().map(({ trade }) => trade.id)).toEqual([2])
    expect(snapshot.takeDamage()).toEqual([expect.stringContaining(file)])
    expect(snapshot.takeDamage()).toEqual([])
  })

  test('leaves out flagged trades and counts them', async () => {
    const bench = await aWriterBench([aRegistration()])
    bench.commit({
      trades: [aTrade({ id: 1, eventMs: startMs })],
      flagged: [aTrade({ id: 2, eventMs: startMs + 1 })]
    })
    const { snapshot, of } = snapshotOf(bench)
    expect([...snapshot.trades(of, all)].flat()).toHaveLength(1)
    expect(snapshot.countFlagged(of, all)).toBe(1)
    expect(snapshot.countFlagged(of, { fromMs: startMs + 2, toMs: Infinity })).toBe(0)
  })

  test('says of each trade what the ledger says of its moment', async () => {
    const bench = await aWriterBench([aRegistration()])
    const gap = aGap({ fromMs: startMs + 10, toMs: startMs + 20, state: 'refilled' })
    bench.commit({
      trades: [5, 15, 25, 95].map((ms, id) => aTrade({ id, eventMs: startMs + ms })),
      ledger: {
        coverage: [
          { instrument: bitcoin, fromMs: startMs, toMs: startMs + 30, kind: 'complete' },
          { instrument: bitcoin, fromMs: startMs + 99, toMs: startMs + 199, kind: 'complete' }
        ],
        gaps: [gap]
      }
    })
    const { snapshot, of } = snapshotOf(bench)
    const states = [...snapshot.trades(of, all)].flat().map(({ state }) => state)
    expect(states).toEqual(['complete', 'refilled', 'complete', 'unproven'])
  })

  test.each(['1s', '5s', '1m', '7t', '21t'])(
    'gives the %s candles that a query gives, over years without any',
    async (interval) => {
      const bench = await aWriterBench([aRegistration()])
      const seconds = [0, 1, 2, 4, 9, 61, 62, 400_000, 400_001, 90_000_000]
      const candles = seconds.flatMap((second, index) => {
        const openMs = startMs + second * 1_000
        const of = { openMs, closeMs: openMs + 1_000, final: true, volume: index }
        const dayMs = startMs + Math.floor(second / 86_400) * 86_400_000
        return [
          aCandle(of),
          aCandle({ ...of, interval: '7t', trades: 7, dayMs, index, closeMs: openMs + 9 })
        ]
      })
      bench.commit({ candles })
      const reader = new ReaderDatabase(bench.setup.file)
      onTestFinished(() => {
        reader.close()
      })
      const name = 'candles' as const
      const query = { name, instrument: bitcoin, interval, fromMs: null, toMs: null, limit: 10_000 }
      const expected = reader.candles(query).candles
      expect(expected.length).toBeGreaterThan(2)
      const { snapshot, of } = snapshotOf(bench)
      expect([...snapshot.candles(of, specOf(interval), all)].flat()).toEqual(expected)
      const range = { fromMs: startMs + 2_000, toMs: startMs + 400_001_000 }
      const inRange = expected.filter(({ openMs }) => openMs >= range.fromMs && openMs < range.toMs)
      expect([...snapshot.candles(of, specOf(interval), range)].flat()).toEqual(inRange)
    }
  )

  test('gives no more than a page of candles at a time', async () => {
    const bench = await aWriterBench([aRegistration()])
    const candles = Array.from({ length: 25_000 }, (...[, index]) =>
      aCandle({ interval: '1t', trades: 1, dayMs: startMs, index, openMs: startMs + index })
    )
    bench.commit({ candles })
    const { snapshot, of } = snapshotOf(bench)
    const pages = [...snapshot.candles(of, specOf('1t'), all)]
    expect(Math.max(...pages.map(({ length }) => length))).toBeLessThanOrEqual(10_000)
    expect(pages.flat().map(({ index }) => index)).toEqual(candles.map(({ index }) => index))
  })

  test('gives every gap that touches a range, oldest first, however many', async () => {
    const bench = await aWriterBench([aRegistration()])
    const gaps = Array.from({ length: 2_500 }, (...[, at]) =>
      aGap({ firstId: at * 10, lastId: at * 10, fromMs: startMs + at, toMs: startMs + at + 1 })
    )
    bench.commit({ ledger: { gaps } })
    const { snapshot, of } = snapshotOf(bench)
    expect([...snapshot.gaps(of, all)].flat()).toEqual(gaps)
    const range = { fromMs: startMs + 1_000, toMs: startMs + 1_010 }
    expect([...snapshot.gaps(of, range)].flat()).toEqual(gaps.slice(999, 1_010))
  })
})
