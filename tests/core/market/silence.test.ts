import { describe, expect, test } from 'vitest'
import { createSilenceRule } from '../../../src/core/market/silence.ts'

describe('createSilenceRule', () => {
  test('begins at its base', () => {
    expect(createSilenceRule(15_000).limitMs()).toBe(15_000)
  })

  test('allows three times the longest silence it saw', () => {
    const rule = createSilenceRule(15_000)
    rule.ended(4_000)
    expect(rule.limitMs()).toBe(15_000)
    rule.ended(20_000)
    rule.ended(6_000)
    expect(rule.limitMs()).toBe(60_000)
  })

  test('doubles after each needless reconnect, to an hour at most', () => {
    const rule = createSilenceRule(15_000)
    rule.judged(2_000)
    expect(rule.limitMs()).toBe(15_000)
    rule.judged(9_000)
    expect(rule.limitMs()).toBe(30_000)
    for (let each = 0; each < 20; each += 1) rule.judged(9_000)
    expect(rule.limitMs()).toBe(3_600_000)
  })

  test('forgets half within an hour', () => {
    const rule = createSilenceRule(15_000)
    rule.ended(200_000)
    for (let second = 0; second < 3_600; second += 1) rule.age()
    expect(rule.limitMs()).toBeGreaterThan(280_000)
    expect(rule.limitMs()).toBeLessThan(320_000)
  })
})
