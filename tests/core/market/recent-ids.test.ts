import { describe, expect, test } from 'vitest'
import { RecentIds } from '../../../src/core/market/recent-ids.ts'

describe('RecentIds', () => {
  test('knows an id again, whatever came between', () => {
    const ids = new RecentIds(null)
    expect([ids.take('a', 1), ids.take('b', 2), ids.take('a', 1)]).toEqual([
      'new',
      'new',
      'duplicate'
    ])
  })

  test('is uncertain about trades no newer than its horizon', () => {
    const ids = new RecentIds(100)
    expect([ids.take('a', 100), ids.take('b', 100.001)]).toEqual(['uncertain', 'new'])
  })

  test('forgets ids after two minutes of venue time and is uncertain about that time', () => {
    const ids = new RecentIds(null)
    ids.take('old', 1_000)
    ids.take('new', 121_001)
    expect([ids.take('old', 1_000), ids.take('other', 1_001)]).toEqual(['uncertain', 'new'])
  })

  test('remembers 4,096 ids at most, and never calls an older one new', () => {
    const ids = new RecentIds(null)
    for (let at = 0; at < 10_000; at += 1) ids.take(`id-${at}`, at / 1_000)
    expect(ids.take('id-9999', 9.999)).toBe('duplicate')
    expect(ids.take('id-5904', 5.904)).toBe('duplicate')
    expect(ids.take('id-5903', 5.903)).toBe('uncertain')
  })
})
