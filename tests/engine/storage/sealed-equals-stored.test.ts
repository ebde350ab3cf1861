import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Trade } from '../../../src/core/market/event.ts'
import type { InstrumentId } from '../../../src/core/market/instrument.ts'
import type { RebuildRequest } from '../../../src/core/market/rebuild.ts'
import type { TradeIds } from '../../../src/core/market/trade-order.ts'
import { aRegistration } from '../../support/a-registration.ts'
import { aTrade } from '../../support/a-trade.ts'
import { reading, sealAll, sealOne, storedFor } from '../../support/tape-keeping.ts'
import { aWriterBench, type WriterBench } from '../../support/writer-bench.ts'

const dayMs = Date.UTC(2026, 9, 1)
const hourMs = 3_600_000
const instruments = ['coinbase:BTC-USD', 'coinbase:ETH-USD'] as const satisfies InstrumentId[]
const mostId = 60

/** A trade of an id: at its time, unless it comes again as another, or somewhat out of order. */
const told = fc.record({
  instrument: fc.constantFrom(...instruments),
  id: fc.nat({ max: mostId }),
  price: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(2) }),
  isFlagged: fc.oneof(
    { weight: 9, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) }
  )
})

const step = fc.oneof(
  { weight: 5, arbitrary: fc.array(told, { minLength: 1, maxLength: 12 }) },
  { weight: 2, arbitrary: fc.constantFrom('seal', 'seal all', 'clear') },
  { weight: 1, arbitrary: fc.constantFrom('crash', 'restart') }
)

function tradeOf(of: typeof told extends fc.Arbitrary<infer Told> ? Told : never, ids: TradeIds) {
  const { instrument, id, price } = of
  // Every fifth id is filed under an hour before, as at the border of two.
  const eventMs = dayMs + id * 180_000 - (id % 5 === 0 ? 400_000 : 0) + 0.125
  const name = ids === 'contiguous' ? id + 1_000 : `${instrument} ${id}`
  return aTrade({
    instrument,
    id: name,
    eventMs,
    price: 100 + id + price / 7,
    size: id + 1
  })
}

function questions(ids: TradeIds): readonly RebuildRequest[] {
  return instruments.flatMap((instrument): RebuildRequest[] => {
    const place = (id: number) =>
      ids === 'contiguous'
        ? { major: id + 1_000, minor: 0 }
        : { major: dayMs + id * 180_000, minor: 3 }
    const time = { kind: 'time', instrument, fromMs: dayMs, toMs: dayMs + 4 * hourMs } as const
    const tick = { kind: 'tick', instrument, interval: '3t', dayMs } as const
    return [
      { ...time, interval: '1m' },
      { ...tick, fromOrder: place(0) },
      { ...tick, fromOrder: place(31) }
    ]
  })
}

/** All that can be asked of a store. */
function answers(bench: WriterBench, ids: TradeIds) {
  const { rebuilt } = bench.commit({ rebuilds: questions(ids), runNowMs: dayMs + 9 * hourMs })
  const candles = [...rebuilt]
  return reading(bench.setup.file, (reader) => ({
    candles,
    seeds: reader
      .seed(instruments, ['1m', '3t'], dayMs + 5 * hourMs)
      .map(({ seed }) => ({ ...seed, flaggedIds: seed?.flaggedIds.toSorted() })),
    trades: instruments.flatMap((instrument) =>
      [5, 10_000].flatMap((limit) =>
        [null, dayMs + 1.5 * hourMs].map((fromMs) =>
          reader.trades({ name: 'trades', instrument, fromMs, toMs: dayMs + 2.7 * hourMs, limit })
        )
      )
    ),
    byId: instruments.map((instrument) =>
      reader
        .tradesById({
          instrument,
          ids: [3, 17, 40, 59].map(
            (id) => tradeOf({ instrument, id, price: 0, isFlagged: false }, ids).id
          ),
          fromMs: dayMs,
          toMs: dayMs + 4 * hourMs
        })
        .toSorted((a, b) => a.eventMs - b.eventMs)
    )
  }))
}

describe('a store whose hours are sealed', () => {
  test.each([
    ['contiguous', 15],
    ['unique', 8],
    ['none', 6]
  ] as const)(
    'answers as one that has no files, whatever comes late, twice or otherwise (%s ids)',
    async (ids, numRuns) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
          const registrations = instruments.map((id) => aRegistration(id, { tradeIds: ids }))
          const plain = await aWriterBench(registrations)
          const sealed = await aWriterBench(registrations)
          for (const each of steps) {
            if (typeof each === 'string') {
              if (each === 'seal') sealOne(sealed)
              else if (each === 'seal all') sealAll(sealed)
              else if (each === 'clear') sealed.database.clearSealed(0)
              else for (const bench of [plain, sealed]) end(bench, each)
              continue
            }
            const of = (isFlagged: boolean): Trade[] =>
              each.filter((one) => one.isFlagged === isFlagged).map((one) => tradeOf(one, ids))
            const content = { trades: of(false), flagged: of(true) }
            expect(sealed.commit(content).outcome).toEqual(plain.commit(content).outcome)
          }
          expect(answers(sealed, ids)).toEqual(answers(plain, ids))
          expect(storedFor(sealed.setup.file)).toEqual(storedFor(plain.setup.file))
        }),
        { numRuns }
      )
    },
    60_000
  )
})

function end(bench: WriterBench, how: 'crash' | 'restart'): void {
  if (how === 'crash') bench.crash()
  else bench.restart(null)
}
