import { describe, expect, test } from 'vitest'
import type { InstrumentId } from '../../../../src/core/market/instrument.ts'
import { orderGaps } from '../../../../src/engine/collector/backfill/gap-order.ts'
import { aNumberedGap } from '../../../support/backfill-rig.ts'

const nobody: ReadonlySet<InstrumentId> = new Set()

function waiting(instrument: InstrumentId, firstId: number, missing: number, waitedMs = 0) {
  return { gap: aNumberedGap(firstId, firstId + missing - 1, { instrument }), waitedMs }
}

function named(ordered: ReturnType<typeof orderGaps>): readonly InstrumentId[] {
  return ordered.map(({ gap }) => gap.instrument)
}

describe('orderGaps', () => {
  test('puts visible instruments first, then priority instruments, then the others', () => {
    const gaps = [waiting('v:C', 1, 1), waiting('v:B', 2, 5_000), waiting('v:A', 3, 5_000)]
    const ranks = { visible: new Set(['v:A'] as const), priority: new Set(['v:B', 'v:A'] as const) }
    expect(named(orderGaps(gaps, ranks))).toEqual(['v:A', 'v:B', 'v:C'])
  })

  test('puts what one page refills before what takes many, and then the oldest first', () => {
    const gaps = [waiting('v:LONG', 1, 1_001), waiting('v:NEW', 500, 1), waiting('v:OLD', 2, 100)]
    const ranks = { visible: nobody, priority: nobody }
    expect(named(orderGaps(gaps, ranks))).toEqual(['v:OLD', 'v:NEW', 'v:LONG'])
  })

  test('lets no long gap wait for more than a minute behind small ones that are newer', () => {
    const gaps = [waiting('v:SMALL', 90_000, 1), waiting('v:LONG', 1, 50_000, 60_000)]
    const ranks = { visible: nobody, priority: nobody }
    expect(named(orderGaps(gaps, ranks))).toEqual(['v:LONG', 'v:SMALL'])
  })
})
