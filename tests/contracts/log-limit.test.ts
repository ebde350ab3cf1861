import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LogLimit, mostLinesPerSecond } from '../../src/contracts/log-limit.ts'

const disconnect = {
  level: 'warn',
  event: 'connection-ended',
  fields: { connection: 'coinbase-03', class: 'reset' }
} as const

/** Most of the ascending times that lie within a window of that length. */
function mostWithin(times: readonly number[], windowMs: number): number {
  return Math.max(0, ...times.map((fromMs) => countBetween(times, fromMs, fromMs + windowMs)))
}

function countBetween(times: readonly number[], fromMs: number, toMs: number): number {
  return times.filter((atMs) => atMs >= fromMs && atMs < toMs).length
}

describe('a limit on log lines', () => {
  test('writes one of 10,000 identical disconnects a second, and counts the others', () => {
    const limit = new LogLimit()
    const written: number[] = []
    const told: number[] = []
    for (let tick = 0; tick < 200_000; tick += 1) {
      const suppressed = limit.admit(disconnect, tick / 10)
      if (suppressed === null) continue
      written.push(tick / 10)
      told.push(suppressed)
    }
    expect(written).toEqual([0, 10_000])
    expect(told).toEqual([0, 99_999])
    expect(limit.takeSummary(20_000)).toEqual({ lines: 199_998, events: 'connection-ended 199998' })
  })

  test('sums up by event, most frequent first, and begins anew after each summary', () => {
    const limit = new LogLimit()
    for (let line = 0; line < 5; line += 1) limit.admit(disconnect, line)
    for (let line = 0; line < 3; line += 1) {
      limit.admit({ level: 'info', event: 'gaps-opened', fields: {} }, line)
    }
    expect(limit.takeSummary(10)).toEqual({
      lines: 6,
      events: 'connection-ended 4, gaps-opened 2'
    })
    expect(limit.takeSummary(20)).toBeNull()
  })

  test('says nothing was held back where nothing was', () => {
    const limit = new LogLimit()
    expect(limit.admit(disconnect, 0)).toBe(0)
    expect(limit.takeSummary(10_000)).toBeNull()
  })

  test('takes lines about different subjects, states and sentences for different lines', () => {
    const limit = new LogLimit()
    const lines = [
      { connection: 'a', to: 'connecting' },
      { connection: 'a', to: 'live' },
      { connection: 'b', to: 'live' },
      { sentence: 'Two venues' },
      { sentence: 'One market' }
    ]
    const admitted = lines.map((fields) => limit.admit({ level: 'info', event: 'e', fields }, 0))
    expect(admitted).toEqual([0, 0, 0, 0, 0])
  })

  test('keeps room for warnings when much is merely told', () => {
    const limit = new LogLimit()
    const info = (line: number) => ({
      level: 'info' as const,
      event: 'told',
      fields: { connection: `c${line}` }
    })
    const told = [...Array(50).keys()].map((line) => limit.admit(info(line), 0))
    expect(told.filter((suppressed) => suppressed !== null)).toHaveLength(11)
    expect(limit.admit(disconnect, 0)).toBe(0)
  })

  test('keeps room for errors when every link warns', () => {
    const limit = new LogLimit('engine')
    const warn = (line: number) => ({ ...disconnect, fields: { connection: `c${line}` } })
    const told = [...Array(50).keys()].map((line) => limit.admit(warn(line), 0))
    expect(told.filter((suppressed) => suppressed !== null)).toHaveLength(13)
    expect(limit.admit({ level: 'error', event: 'offline', fields: {} }, 0)).toBe(0)
  })

  test('never lets more than its lines through in any second, whatever comes', () => {
    const lines = fc.array(
      fc.record({
        waitMs: fc.integer({ min: 0, max: 120 }),
        level: fc.constantFrom('info' as const, 'warn' as const, 'error' as const),
        subject: fc.integer({ min: 0, max: 500 })
      }),
      { minLength: 100, maxLength: 400 }
    )
    fc.assert(
      fc.property(lines, (storm) => {
        const limit = new LogLimit()
        const written: number[] = []
        let nowMs = 0
        let summedMs = 0
        for (const { waitMs, level, subject } of storm) {
          nowMs += waitMs
          const fields = { connection: `c${subject}` }
          if (limit.admit({ level, event: 'e', fields }, nowMs) !== null) written.push(nowMs)
          if (nowMs - summedMs < 10_000) continue
          summedMs = nowMs
          if (limit.takeSummary(nowMs) !== null) written.push(nowMs)
        }
        expect(mostWithin(written, 1_000)).toBeLessThanOrEqual(mostLinesPerSecond)
        expect(mostWithin(written, 10_000)).toBeLessThanOrEqual(mostLinesPerSecond * 10)
      })
    )
  })

  test('counts every line that it holds back, once', () => {
    const limit = new LogLimit()
    let admitted = 0
    for (let line = 0; line < 10_000; line += 1) {
      const fields = { connection: `c${line % 3_000}` }
      if (limit.admit({ level: 'warn', event: 'e', fields }, line) !== null) admitted += 1
    }
    expect(limit.takeSummary(10_000)?.lines).toBe(10_000 - admitted)
  })
})
