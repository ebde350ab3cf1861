import { describe, expect, test } from 'vitest'
import { HandlerClock, type SlowHandler } from '../../../src/engine/health/handler-clock.ts'
import { HandlerMemory, machineMs } from '../../../src/engine/health/handler-memory.ts'

function timed() {
  let nowMs = 1_000
  const slow: SlowHandler[] = []
  const overran: string[] = []
  const clock = new HandlerClock(
    {
      slow: (each) => void slow.push(each),
      overran: (...told) => void overran.push(told.join(' '))
    },
    () => nowMs
  )
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { clock, slow, overran, pass }
}

describe('HandlerClock', () => {
  test('gives back what the handler gives, and what it throws', () => {
    const { clock } = timed()
    expect(clock.run('a', () => 7)).toBe(7)
    const broken = () =>
      clock.run('a', () => {
        throw new Error('broken')
      })
    expect(broken).toThrow('broken')
    expect(clock.memory.read().sinceMs).toBe(null)
  })

  test('says nothing of a handler that takes less than 50 ms', () => {
    const { clock, slow, pass } = timed()
    clock.run('a', () => pass(49))
    expect(slow).toEqual([])
  })

  test('tells of a slow handler at once, and of its repeats once a minute with their number', () => {
    const { clock, slow, overran, pass } = timed()
    const takeMs = (ms: number, subject: string) =>
      clock.run('take in frames', () => {
        clock.about(subject)
        pass(ms)
      })
    takeMs(50, 'coinbase-01')
    expect(slow).toEqual([
      { handler: 'take in frames', subject: 'coinbase-01', count: 1, worstMs: 50 }
    ])
    takeMs(60, 'coinbase-02')
    takeMs(90, 'coinbase-03')
    expect(slow).toHaveLength(1)
    pass(60_000)
    takeMs(70, 'coinbase-04')
    expect(slow[1]).toEqual({
      handler: 'take in frames',
      subject: 'coinbase-03',
      count: 3,
      worstMs: 90
    })
    expect(overran).toEqual([])
  })

  test('tells handlers of different names apart', () => {
    const { clock, slow, pass } = timed()
    clock.run('a', () => pass(50))
    clock.run('b', () => pass(50))
    expect(slow.map(({ handler }) => handler)).toEqual(['a', 'b'])
  })

  test('counts a handler of 3 s as a timeout, with its name', () => {
    const { clock, overran, pass } = timed()
    clock.run('tell clients', () => pass(2_999))
    expect(clock.timeouts).toBe(0)
    clock.run('tell clients', () => pass(3_000))
    expect(clock.timeouts).toBe(1)
    expect(overran).toEqual(['tell clients  3000'])
  })

  test('lets an outer handler not answer for the one within it', () => {
    const { clock, slow, pass } = timed()
    clock.run('outer', () => {
      pass(40)
      clock.run('inner', () => pass(60))
      expect(clock.memory.read()).toMatchObject({ name: 'outer', sinceMs: 1_000 })
    })
    expect(slow.map(({ handler }) => handler)).toEqual(['inner'])
  })

  test('keeps no more than a hundred names', () => {
    const { clock, slow, pass } = timed()
    for (let name = 0; name < 300; name += 1) clock.run(`handler ${name}`, () => pass(50))
    expect(slow).toHaveLength(101)
    expect(slow.at(-1)?.handler).toBe('other handlers')
  })

  test('says in shared memory what runs, what it is busy with and since when', () => {
    const { clock } = timed()
    const other = new HandlerMemory(clock.memory.buffer)
    clock.run('take in frames', () => {
      clock.about('bybit-linear-01 π')
      expect(other.read()).toEqual({
        name: 'take in frames',
        subject: 'bybit-linear-01 π',
        sinceMs: 1_000,
        turnedMs: 1_000
      })
    })
    expect(other.read().sinceMs).toBe(null)
  })

  test('cuts a name that is longer than its place', () => {
    const { clock } = timed()
    clock.run('x'.repeat(500), () => {
      expect(clock.memory.read().name).toBe('x'.repeat(96))
    })
  })

  test('counts by the clock that other threads have too', () => {
    const clock = new HandlerClock({ slow: () => undefined, overran: () => undefined })
    const beforeMs = machineMs()
    clock.run('a', () => undefined)
    const { turnedMs } = clock.memory.read()
    expect(turnedMs).toBeGreaterThanOrEqual(beforeMs - 1)
    expect(turnedMs).toBeLessThanOrEqual(machineMs() + 1)
  })
})
