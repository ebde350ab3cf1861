import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AddressGuard } from '../../src/simulator/binance/address-guard.ts'
import { AggregateLog, type AggregateTrade } from '../../src/simulator/binance/aggregate-log.ts'
import { eightDecimals } from '../../src/simulator/binance/decimal-text.ts'
import {
  klineIntervalNames,
  openOf,
  readOffsetMs,
  shiftOpen
} from '../../src/simulator/binance/kline-interval.ts'
import { aSimTrade, stubStartMs } from '../support/stub-market.ts'

const hourMs = 3_600_000

describe('openOf and shiftOpen', () => {
  test('every moment lies in one candle, and candles follow each other', () => {
    const moments = fc.integer({ min: 1_500_000_000_000, max: 1_900_000_000_000 })
    const zones = fc.integer({ min: -24, max: 28 }).map((halves) => (halves * hourMs) / 2)
    fc.assert(
      fc.property(
        fc.constantFrom(...klineIntervalNames),
        zones,
        moments,
        (name, offsetMs, atMs) => {
          const interval = { name, offsetMs }
          const openMs = openOf(interval, atMs)
          const nextMs = shiftOpen(interval, openMs, 1)
          expect(openMs).toBeLessThanOrEqual(atMs)
          expect(nextMs).toBeGreaterThan(atMs)
          expect(openOf(interval, openMs)).toBe(openMs)
          expect(openOf(interval, nextMs)).toBe(nextMs)
          expect(openOf(interval, nextMs - 1)).toBe(openMs)
          expect(shiftOpen(interval, nextMs, -1)).toBe(openMs)
        }
      )
    )
  })
})

describe('readOffsetMs', () => {
  test.each([
    ['0', 0],
    ['8', 8 * hourMs],
    ['+08:00', 8 * hourMs],
    ['-1:30', -1.5 * hourMs],
    ['14', 14 * hourMs],
    ['15', null],
    ['-12:30', null],
    ['UTC', null]
  ])('reads %s', (text, offsetMs) => {
    expect(readOffsetMs(text)).toBe(offsetMs)
  })
})

describe('eightDecimals', () => {
  test.each([
    ['1', '1.00000000'],
    ['0.5', '0.50000000'],
    ['0.000000012', '0.000000012']
  ])('writes %s as %s', (text, expected) => {
    expect(eightDecimals(text)).toBe(expected)
  })
})

describe('AggregateLog', () => {
  test('holds every trade once, in chains without a hole, however turns fall', async () => {
    const step = fc.record({
      later: fc.boolean(),
      dearer: fc.boolean(),
      sell: fc.boolean(),
      turn: fc.boolean()
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (steps) => {
        const told: AggregateTrade[] = []
        const log = new AggregateLog((aggregate) => told.push(aggregate))
        let eventMs = stubStartMs
        for (const [at, { later, dearer, sell, turn }] of steps.entries()) {
          if (later) eventMs += 1
          log.add(
            aSimTrade({
              id: at + 1,
              eventMs,
              price: dearer ? 101 : 100,
              takerSide: sell ? 'sell' : 'buy',
              size: 1
            })
          )
          if (turn) await Promise.resolve()
        }
        await Promise.resolve()
        expect(told[0]?.firstId).toBe(1)
        expect(told.at(-1)?.lastId).toBe(steps.length)
        for (const [at, { id, firstId, lastId, size }] of told.entries()) {
          expect(size).toBe(lastId - firstId + 1)
          const before = told[at - 1]
          if (before === undefined) continue
          expect([firstId, id]).toEqual([before.lastId + 1, before.id + 1])
        }
        expect(log.newest('coinbase:BTC-USD', 100)).toEqual(told)
      })
    )
  })
})

describe('AddressGuard', () => {
  const rules = {
    connects: { most: 2, withinMs: 300_000 },
    weightPerMinute: 100,
    ban: { strikes: 2, withinMs: 60_000, firstMs: 120_000, mostMs: 300_000 }
  }

  test('lets a full minute of weight through, and again in the next minute', () => {
    let nowMs = 59_000
    const guard = new AddressGuard(rules, () => nowMs)
    expect(guard.request('a', 100)).toMatchObject({ outcome: 'allowed', usedWeight: 100 })
    expect(guard.request('a', 1)).toEqual({
      outcome: 'limited',
      usedWeight: 101,
      retryAfterSeconds: 1
    })
    expect(guard.request('b', 100).outcome).toBe('allowed')
    nowMs = 60_000
    expect(guard.request('a', 100)).toMatchObject({ outcome: 'allowed', usedWeight: 100 })
  })

  test('counts connects within a sliding time', () => {
    let nowMs = 0
    const guard = new AddressGuard(rules, () => nowMs)
    expect([guard.connect('a'), guard.connect('a'), guard.connect('a')]).toEqual([null, null, 429])
    nowMs = 299_999
    expect(guard.connect('a')).toBe(429)
    nowMs = 300_001
    expect(guard.connect('a')).toBeNull()
  })

  test('bans twice as long each time, up to a bound', () => {
    let nowMs = 0
    const guard = new AddressGuard(rules, () => nowMs)
    const bans: number[] = []
    for (let ban = 0; ban < 3; ban += 1) {
      guard.cut('a')
      guard.cut('a')
      const { outcome, retryAfterSeconds } = guard.request('a', 1)
      expect(outcome).toBe('banned')
      bans.push(retryAfterSeconds)
      nowMs += retryAfterSeconds * 1000
      expect(guard.request('a', 1).outcome).toBe('allowed')
    }
    expect(bans).toEqual([120, 240, 300])
    expect(guard.bans).toBe(3)
  })

  test('forgets breaches that lie far apart', () => {
    let nowMs = 0
    const guard = new AddressGuard(rules, () => nowMs)
    guard.cut('a')
    nowMs = 61_000
    guard.cut('a')
    expect(guard.request('a', 1).outcome).toBe('allowed')
  })
})
