import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { TradeIds } from '../../../src/core/market/trade-order.ts'
import { SnapshotReader } from '../../../src/engine/storage/snapshot-reader.ts'
import type { StoredReel } from '../../../src/engine/storage/stored-reel.ts'
import { aGap } from '../../support/a-gap.ts'
import { aRegistration } from '../../support/a-registration.ts'
import { aTrade } from '../../support/a-trade.ts'
import { sealAll, sealOne } from '../../support/tape-keeping.ts'
import { aWriterBench, type WriterBench } from '../../support/writer-bench.ts'

const hour = 497_222
const hourMs = 3_600_000
const hours = [hour, hour + 1, hour + 2]
const instrument = 'coinbase:BTC-USD'

function commit(bench: WriterBench, ids: TradeIds, count: number): void {
  const first = bench.nextArrival
  const trades = Array.from(Array(count).keys(), (at) => {
    const number = first + at
    const eventMs = (hour + (number % 3)) * hourMs + number
    return aTrade({ instrument, id: ids === 'contiguous' ? number : `id ${number}`, eventMs })
  })
  bench.commit({ trades })
}

function openReel(bench: WriterBench): StoredReel {
  const snapshot = new SnapshotReader(bench.setup.file)
  const of = snapshot.find(instrument)
  const reel = snapshot.reel(of === null ? [] : [of])
  onTestFinished(() => {
    reel.close()
    snapshot.close()
  })
  return reel
}

function openHour(reel: StoredReel, of: number): (() => readonly number[])[] {
  return reel.stretches(of).map((stretch) => () => [...(stretch.read()?.arrival ?? [])])
}

/** All but the trades, of which a replay is made. */
function rest(reel: StoredReel, bench: WriterBench) {
  const snapshot = new SnapshotReader(bench.setup.file)
  const of = snapshot.find(instrument)
  snapshot.close()
  if (of === null) return null
  const range = { fromMs: hour * hourMs, toMs: (hour + 3) * hourMs }
  const played = {
    isPlayed: () => true,
    finality: { runNowMs: range.toMs, graceMs: 0 },
    tail: 5
  } as const
  const place = { fromOrder: { major: 0, minor: 0 }, dayMs: range.fromMs } as const
  return {
    trades: reel.trades(of, range),
    ledger: reel.ledger(of),
    marks: reel.marks({ fromMs: -1e15, toMs: 1e15 }),
    time: reel.rebuild(of, { kind: 'time', instrument, interval: '1h', ...range }, played),
    tick: reel.rebuild(of, { kind: 'tick', instrument, interval: '3t', ...place }, played)
  }
}

const step = fc.constantFrom('commit', 'seal', 'clear', 'move', 'open', 'read')

describe('StoredReel', () => {
  test('lets the log of the writer be cut back while it is open', async () => {
    const bench = await aWriterBench([aRegistration(instrument)])
    commit(bench, 'contiguous', 30)
    const reel = openReel(bench)
    openHour(reel, hour)
    for (let batch = 0; batch < 10; batch += 1) commit(bench, 'contiguous', 30)
    const database = new Database(bench.setup.file)
    const [found] = database.pragma('wal_checkpoint(PASSIVE)') as {
      readonly log: number
      readonly checkpointed: number
    }[]
    database.close()
    expect(found?.log).toBeGreaterThan(0)
    expect(found?.checkpointed).toBe(found?.log)
  })

  test('is of the same state as those that were opened before it on the same snapshot', async () => {
    const bench = await aWriterBench([aRegistration(instrument)])
    commit(bench, 'contiguous', 12)
    const snapshot = new SnapshotReader(bench.setup.file)
    const of = snapshot.find(instrument)
    const reels = [1, 2].map(() => {
      const reel = snapshot.reel(of === null ? [] : [of])
      commit(bench, 'contiguous', 12)
      return openHour(reel, hour).flatMap((read) => read())
    })
    snapshot.close()
    expect(reels).toEqual([
      [0, 3, 6, 9],
      [0, 3, 6, 9]
    ])
  })

  test('reads from a file what was moved there after its hour was looked at', async () => {
    const bench = await aWriterBench([aRegistration(instrument)])
    commit(bench, 'contiguous', 12)
    const waiting = openHour(openReel(bench), hour)
    commit(bench, 'contiguous', 12)
    expect(sealAll(bench)).toHaveLength(3)
    expect(waiting.flatMap((read) => read())).toEqual([0, 3, 6, 9])
  })

  test.each(['contiguous', 'unique'] as const)(
    'gives what was stored when it was opened, whatever comes and is moved meanwhile (%s ids)',
    async (ids) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { maxLength: 6 }),
          fc.array(step, { minLength: 6, maxLength: 14 }),
          async (before, meanwhile) => {
            const bench = await aWriterBench([aRegistration(instrument, { tradeIds: ids })])
            commit(bench, ids, 12)
            const gap = aGap({ instrument, fromMs: hour * hourMs, toMs: hour * hourMs + 5 })
            bench.commit({ ledger: { gaps: [gap] } })
            for (const each of before) happen(bench, ids, each)
            const end = bench.nextArrival
            const reel = openReel(bench)
            const atFirst = rest(reel, bench)
            const waiting: (() => readonly number[])[] = []
            const unopened = [...hours]
            const read: number[] = []
            for (const each of meanwhile) {
              const next = each === 'open' ? unopened.shift() : undefined
              if (next !== undefined) waiting.push(...openHour(reel, next))
              else if (each === 'read') read.push(...(waiting.shift()?.() ?? []))
              else happen(bench, ids, each)
            }
            bench.commit({ ledger: { gaps: [{ ...gap, state: 'lost' }] } })
            waiting.push(...unopened.flatMap((of) => openHour(reel, of)))
            for (const next of waiting) read.push(...next())
            expect(read.sort((a, b) => a - b)).toEqual([...Array(end).keys()])
            expect(rest(reel, bench)).toEqual(atFirst)
            expect(reel.takeDamage()).toEqual([])
          }
        ),
        { numRuns: 40 }
      )
    },
    60_000
  )
})

function happen(bench: WriterBench, ids: TradeIds, what: string): void {
  if (what === 'commit') commit(bench, ids, 5)
  else if (what === 'seal') sealOne(bench)
  else if (what === 'clear') while (bench.database.clearSealed(0));
  else if (what === 'move') sealAll(bench)
}
