import { describe, expect, test } from 'vitest'
import { ConnectQueue } from '../../../src/engine/collector/connect-queue.ts'
import type { Asker, Hold } from '../../../src/engine/collector/connect-queue.ts'

function anAsker(connection: string, rank: number, told: Hold[] = []): Asker {
  return {
    connection,
    rank,
    admitted: () => undefined,
    held: (hold) => void told.push(hold)
  }
}

describe('ConnectQueue', () => {
  test('gives the lowest rank first, and of equals the first to ask', () => {
    const queue = new ConnectQueue()
    queue.add(anAsker('b', 1))
    queue.add(anAsker('c', 1))
    queue.add(anAsker('a', 0))
    expect([queue.take(), queue.take(), queue.take()].map((each) => each?.connection)).toEqual([
      'a',
      'b',
      'c'
    ])
    expect(queue.take()).toBe(null)
  })

  test('tells why it has to wait when that changes, and not for a tenth of a second', () => {
    const told: Hold[] = []
    const queue = new ConnectQueue()
    queue.add(anAsker('a', 0, told))
    queue.tell({ reason: 'breaker', nextMs: 5_000 })
    queue.tell({ reason: 'breaker', nextMs: 5_099 })
    queue.tell({ reason: 'breaker', nextMs: 5_100 })
    queue.tell({ reason: 'offline', nextMs: 5_100 })
    queue.tell({ reason: 'offline', nextMs: null })
    expect(told).toEqual([
      { reason: 'breaker', nextMs: 5_000 },
      { reason: 'breaker', nextMs: 5_100 },
      { reason: 'offline', nextMs: 5_100 },
      { reason: 'offline', nextMs: null }
    ])
  })
})
