import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Trade } from '../../../src/core/market/event.ts'
import { parseInterval } from '../../../src/core/market/interval.ts'
import type { TradeIds } from '../../../src/core/market/trade-order.ts'
import { aRegistration } from '../../support/a-registration.ts'
import { aTrade } from '../../support/a-trade.ts'
import { StoredRehearsal } from '../../support/stored-rehearsal.ts'
import { aWriterBench } from '../../support/writer-bench.ts'

const specs = ['1s', '1m', '3t', '100t'].flatMap((text) => parseInterval(text) ?? [])
const midnightMs = Date.UTC(2026, 9, 1)
const endMs = midnightMs + 10 * 86_400_000

/** Trades around midnight in the venue's order, each with how many others overtake it. */
const tape = fc.array(
  fc.record({
    pauseMs: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 0, max: 40 }) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 20_000 }) }
    ),
    price: fc.integer({ min: 1, max: 9 }).map((price) => price / 100_000),
    size: fc.constantFrom(1e-8, 0.1, 0.2, 0.3, 123_456_789, 1e-9),
    side: fc.constantFrom('buy', 'sell', null),
    delay: fc.oneof(
      { weight: 20, arbitrary: fc.constant(0) },
      { weight: 2, arbitrary: fc.integer({ min: 0, max: 500 }) }
    )
  }),
  { minLength: 1, maxLength: 500, size: 'max' }
)
type Line = (typeof tape extends fc.Arbitrary<infer Lines> ? Lines : never)[number]

const life = fc.array(
  fc.tuple(fc.nat({ max: 80 }), fc.constantFrom('settle', 'restart', 'crash', 'cut')),
  { maxLength: 8 }
)

describe('a pipeline over the store', () => {
  test('revises a final candle though it crashes as soon as the late trade is stored', async () => {
    const bench = await aWriterBench([aRegistration('coinbase:BTC-USD', { tradeIds: 'unique' })], {
      tickSizes: [3, 100]
    })
    const rehearsal = new StoredRehearsal(bench, specs)
    const at = (id: string, eventMs: number) => aTrade({ id, eventMs: midnightMs + eventMs })
    for (const trade of [at('a', 0), at('b', 600_000)]) rehearsal.apply(trade)
    rehearsal.settle()
    rehearsal.restart()
    rehearsal.apply(at('late', 1))
    rehearsal.cut()
    rehearsal.end(endMs)
    for (const spec of specs)
      expect(rehearsal.stored(spec.interval)).toEqual(rehearsal.expected(spec, endMs))
    expect(rehearsal.stored('1s')).toMatchObject([{ trades: 2 }, { trades: 1 }])
  })

  test.each([
    ['contiguous', 10],
    ['unique', 6],
    ['none', 5]
  ] as const)(
    'with %s ids leaves the candles that the stored trades make, through restarts and crashes',
    async (tradeIds, numRuns) => {
      await fc.assert(
        fc.asyncProperty(tape, life, async (lines, steps) => {
          const bench = await aWriterBench([aRegistration('coinbase:BTC-USD', { tradeIds })], {
            tickSizes: [3, 100]
          })
          const rehearsal = new StoredRehearsal(bench, specs)
          const queue = arrivals(lines, tradeIds)
          for (const [count, step] of steps) {
            for (const trade of queue.splice(0, count)) rehearsal.apply(trade)
            if (step === 'settle') rehearsal.settle()
            else if (step === 'restart') rehearsal.restart()
            else if (step === 'cut') rehearsal.cut()
            else queue.push(...rehearsal.crash())
          }
          for (const trade of queue) rehearsal.apply(trade)
          rehearsal.settle()
          rehearsal.end(endMs)
          for (const spec of specs)
            expect(rehearsal.stored(spec.interval)).toEqual(rehearsal.expected(spec, endMs))
          bench.database.close(null)
        }),
        { numRuns }
      )
    },
    60_000
  )
})

function arrivals(lines: readonly Line[], tradeIds: TradeIds): Trade[] {
  let eventMs = midnightMs - 5_000
  const due = lines.map(({ pauseMs, delay, price, size, side }, at) => {
    eventMs += pauseMs
    const id = tradeIds === 'contiguous' ? 1_000 + at : `trade-${at}`
    return { trade: aTrade({ id, eventMs, price, size, side }), due: at + delay }
  })
  return due.sort((a, b) => a.due - b.due).map(({ trade }) => trade)
}
