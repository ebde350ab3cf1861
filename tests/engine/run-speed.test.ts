import { describe, expect, test } from 'vitest'
import { RunSpeed } from '../../src/engine/run-speed.ts'

describe('RunSpeed', () => {
  test('tells how fast a tape plays, and follows it when it changes', () => {
    const speed = new RunSpeed()
    let runMs = 1_790_000_000_000
    let atMs = 0
    const after = (seconds: number, perSecond: number) => {
      let told = speed.read(runMs, atMs)
      for (let second = 0; second < seconds; second += 1) {
        runMs += 1_000 * perSecond
        atMs += 1_000
        told = speed.read(runMs, atMs)
      }
      return told
    }
    expect(after(0, 0)).toBe(1)
    expect(after(3, 60)).toBe(60)
    expect(after(20, 2)).toBe(2)
    expect(after(20, 0)).toBe(0)
  })
})
