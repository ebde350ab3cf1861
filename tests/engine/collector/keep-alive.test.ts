import { describe, expect, test } from 'vitest'
import { KeepAlive } from '../../../src/engine/collector/keep-alive.ts'

const everyMs = 20_000
const wish = { everyMs, frame: (ordinal: number) => `ping ${ordinal}` }

describe('KeepAlive', () => {
  test('is due so long after the link opened, and after each of its frames, which it numbers', () => {
    const keepAlive = new KeepAlive(wish)
    keepAlive.opened(5_000)
    expect(keepAlive.takeDue(24_999)).toBe(null)
    expect(keepAlive.takeDue(25_500)).toBe('ping 1')
    expect(keepAlive.takeDue(45_499)).toBe(null)
    expect(keepAlive.takeDue(45_500)).toBe('ping 2')
  })

  test('is never due where the venue wants none', () => {
    expect(new KeepAlive(null).takeDue(3_600_000)).toBe(null)
  })
})
