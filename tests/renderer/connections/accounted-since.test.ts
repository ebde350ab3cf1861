import { describe, expect, test } from 'vitest'
import { accountedSince } from '../../../src/renderer/connections/accounted-since.ts'
import { aConnectionRow, aHealthRow } from '../../support/rows.ts'
import { aGap, aTile, tileOf } from '../support/gaps.ts'

const source = {
  connections: [aConnectionRow({ sinceMs: 1_000 }), aConnectionRow({ id: 'b', sinceMs: 2_000 })],
  health: aHealthRow(),
  samples: [[aTile(), aTile({ state: 'open' })]]
}

describe('accountedSince', () => {
  test('counts from when the last connection began to stand', () => {
    expect(accountedSince(source)).toBe(2_000)
  })

  test('claims nothing while a connection is down', () => {
    const down = aConnectionRow({ state: 'waiting' })
    expect(accountedSince({ ...source, connections: [...source.connections, down] })).toBeNull()
  })

  test('claims nothing where a venue gives no way to know', () => {
    const unproven = [aTile(), aTile({ state: 'unproven' })]
    expect(accountedSince({ ...source, samples: [...source.samples, unproven] })).toBeNull()
    const gap = [aTile(), tileOf(aGap({ state: 'unproven' }))]
    expect(accountedSince({ ...source, samples: [gap] })).toBe(2_000)
  })

  test('claims nothing before a venue has proven anything', () => {
    expect(accountedSince({ ...source, samples: [[]] })).toBeNull()
    expect(accountedSince({ ...source, samples: [] })).toBeNull()
  })

  test('claims nothing once a trade was dropped', () => {
    expect(accountedSince({ ...source, health: aHealthRow({ droppedTrades: 1 }) })).toBeNull()
  })
})
