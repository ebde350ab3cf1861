import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Trade } from '../../../src/core/market/event.ts'
import { parseInterval } from '../../../src/core/market/interval.ts'
import type { Gap } from '../../../src/core/market/ledger/gap.ts'
import { aRegistration } from '../../support/a-registration.ts'
import { aTrade } from '../../support/a-trade.ts'
import { StoredRehearsal } from '../../support/stored-rehearsal.ts'
import { aWriterBench } from '../../support/writer-bench.ts'

const specs = ['1s'].flatMap((text) => parseInterval(text) ?? [])
const dayMs = Date.UTC(2026, 9, 1)
const firstId = 1_000

/** What happens to each trade the venue sends: it comes, late or at once, or it never does. */
const fates = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.constant('comes' as const) },
    { weight: 3, arbitrary: fc.constant('is lost' as const) },
    { weight: 2, arbitrary: fc.constant('comes late' as const) }
  ),
  { minLength: 1, maxLength: 80, size: 'max' }
)
const life = fc.array(
  fc.tuple(fc.nat({ max: 20 }), fc.constantFrom('settle', 'restart', 'crash', 'cut')),
  { maxLength: 8 }
)

describe('a run over the store, ended at any step and started again', () => {
  test('has every trade sent either stored or declared missing, and none both', async () => {
    await fc.assert(
      fc.asyncProperty(fates, life, async (sent, steps) => {
        const { rehearsal, close } = await aRun()
        const queue = arrivals(sent)
        rehearsal.apply(tradeAt(-1))
        rehearsal.settle()
        for (const [count, step] of steps) {
          for (const trade of queue.splice(0, count)) rehearsal.apply(trade)
          if (step === 'settle') rehearsal.settle()
          else if (step === 'restart') rehearsal.restart()
          else if (step === 'cut') rehearsal.cut()
          else rehearsal.crash()
        }
        for (const trade of queue) rehearsal.apply(trade)
        rehearsal.apply(tradeAt(sent.length))
        rehearsal.settle()
        const stored = rehearsal.storedIds()
        const sentIds = idsBetween(firstId - 1, firstId + sent.length)
        const idsIn = (state: Gap['state']) =>
          rehearsal.ledger().gaps.flatMap((gap) => (gap.state === state ? idsOf(gap) : []))
        const missing = sentIds.filter((id) => !stored.includes(id))
        expect(idsIn('open')).toEqual(expect.arrayContaining(missing))
        rehearsal.giveUpGaps()
        expect(idsIn('open')).toEqual([])
        expect([...stored, ...idsIn('lost')].sort((a, b) => a - b)).toEqual(sentIds)
        expect(stored).toEqual(expect.arrayContaining(idsIn('refilled')))
        close()
      }),
      { numRuns: 25, endOnFailure: true }
    )
  }, 60_000)

  test('declares nothing missing any more once all that a crash lost came again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 60 }), life, async (count, steps) => {
        const { rehearsal, close } = await aRun()
        const queue = arrivals(Array.from({ length: count }, () => 'comes'))
        rehearsal.apply(tradeAt(-1))
        rehearsal.settle()
        for (const [some, step] of steps) {
          for (const trade of queue.splice(0, some)) rehearsal.apply(trade)
          if (step === 'settle') rehearsal.settle()
          else if (step === 'restart') rehearsal.restart()
          else if (step === 'cut') rehearsal.cut()
          else queue.push(...rehearsal.crash())
        }
        for (const trade of queue) rehearsal.apply(trade)
        rehearsal.settle()
        expect(rehearsal.storedIds()).toEqual(idsBetween(firstId - 1, firstId + count - 1))
        expect(rehearsal.ledger().gaps.filter(({ state }) => state !== 'refilled')).toEqual([])
        close()
      }),
      { numRuns: 15, endOnFailure: true }
    )
  }, 60_000)
})

async function aRun() {
  const bench = await aWriterBench([aRegistration('coinbase:BTC-USD')])
  const rehearsal = new StoredRehearsal(bench, specs)
  return {
    rehearsal,
    close: () => {
      bench.database.close(null)
    }
  }
}

/** Late ones come when five more were sent. */
function arrivals(sent: readonly ('comes' | 'is lost' | 'comes late')[]): Trade[] {
  return sent
    .flatMap((fate, at) =>
      fate === 'is lost' ? [] : { trade: tradeAt(at), due: fate === 'comes' ? at : at + 5.5 }
    )
    .sort((a, b) => a.due - b.due)
    .map(({ trade }) => trade)
}

function tradeAt(at: number): Trade {
  return aTrade({ id: firstId + at, eventMs: dayMs + at * 300 })
}

function idsOf({ firstId: from, lastId }: Gap): number[] {
  return from === null || lastId === null ? [] : idsBetween(from, lastId)
}

function idsBetween(from: number, to: number): number[] {
  return Array.from(Array(to - from + 1).keys(), (at) => from + at)
}
