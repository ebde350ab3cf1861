import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RateGate } from '../../src/simulator/http/rate-gate.ts'

describe('RateGate', () => {
  test('never lets more through than burst and rate allow', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 }),
        (burst, perSecond, waits) => {
          let nowMs = 0
          const gate = new RateGate({ burst, perSecond, ban: null }, () => nowMs)
          let allowed = 0
          for (const wait of waits) {
            nowMs += wait
            if (gate.take('a') === 'allowed') allowed += 1
          }
          expect(allowed).toBeLessThanOrEqual(burst + (nowMs / 1000) * perSecond)
          expect(gate.breaches).toBe(waits.length - allowed)
        }
      )
    )
  })

  test('lets everybody through who keeps to the rate', () => {
    let nowMs = 0
    const gate = new RateGate({ burst: 1, perSecond: 10, ban: null }, () => nowMs)
    for (let at = 0; at < 50; at += 1) {
      expect(gate.take('a')).toBe('allowed')
      nowMs += 100
    }
  })

  test('holds each address to its own rate', () => {
    const gate = new RateGate({ burst: 1, perSecond: 1, ban: null }, () => 0)
    expect([gate.take('a'), gate.take('b'), gate.take('a')]).toEqual([
      'allowed',
      'allowed',
      'limited'
    ])
  })

  test('bans after the breaches it names, for as long as it says', () => {
    let nowMs = 0
    const ban = { breaches: 2, withinMs: 1000, forMs: 5000 }
    const gate = new RateGate({ burst: 1, perSecond: 10, ban }, () => nowMs)
    expect([gate.take('a'), gate.take('a'), gate.take('a')]).toEqual([
      'allowed',
      'limited',
      'banned'
    ])
    nowMs = 4999
    expect(gate.take('a')).toBe('banned')
    nowMs = 5000
    expect(gate.take('a')).toBe('allowed')
    expect(gate.bans).toBe(1)
  })

  test('forgets breaches of long ago', () => {
    let nowMs = 0
    const ban = { breaches: 2, withinMs: 1000, forMs: 5000 }
    const gate = new RateGate({ burst: 1, perSecond: 0.001, ban }, () => nowMs)
    gate.take('a')
    expect(gate.take('a')).toBe('limited')
    nowMs = 1001
    expect(gate.take('a')).toBe('limited')
  })
})
