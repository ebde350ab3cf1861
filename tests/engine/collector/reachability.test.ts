import { describe, expect, test } from 'vitest'
import { Reachability } from '../../../src/engine/collector/reachability.ts'
import type { Reach } from '../../../src/engine/collector/reachability.ts'

const reached: Reach = { state: 'reached', isOffNet: false }
const down: Reach = { state: 'down', isOffNet: false }
const offNet: Reach = { state: 'down', isOffNet: true }
const idle: Reach = { state: 'idle', isOffNet: false }

/** Venues at places, each with what it tells of its way; says how often offline began and ended. */
function someVenues(...places: readonly string[]) {
  const told: boolean[] = []
  const reachability = new Reachability((isOffline) => told.push(isOffline))
  const reaches = new Map<number, Reach>()
  const members = places.map((place, index) =>
    reachability.join({
      place,
      reach: () => reaches.get(index) ?? reached,
      offlineChanged: () => undefined
    })
  )
  return {
    reachability,
    told,
    set: (...now: readonly Reach[]) => {
      for (const [index, reach] of now.entries()) reaches.set(index, reach)
      for (const member of members) member.look()
    },
    members
  }
}

describe('Reachability', () => {
  test('all venues down are one offline, told once, and over with the first that is reached', () => {
    const { set, told, reachability } = someVenues('coinbase', 'binance-spot')
    set(down, reached)
    expect(reachability.isOffline).toBe(false)
    set(down, down)
    set(down, down)
    expect(reachability.isOffline).toBe(true)
    set(down, reached)
    expect(told).toEqual([true, false])
  })

  test('one place alone is offline only where no name resolves and no network leads there', () => {
    const { set, reachability } = someVenues('bybit', 'bybit')
    set(down, down)
    expect(reachability.isOffline).toBe(false)
    set(offNet, offNet)
    expect(reachability.isOffline).toBe(true)
  })

  test('a venue of which nothing is wanted says nothing', () => {
    const { set, reachability } = someVenues('coinbase', 'binance-spot', 'eodhd')
    set(down, down, idle)
    expect(reachability.isOffline).toBe(true)
    set(idle, idle, idle)
    expect(reachability.isOffline).toBe(false)
  })

  test('a venue that left is not asked', () => {
    const { set, reachability, members } = someVenues('coinbase', 'binance-spot')
    set(offNet, reached)
    members[1]?.leave()
    members[0]?.look()
    expect(reachability.isOffline).toBe(true)
  })
})
