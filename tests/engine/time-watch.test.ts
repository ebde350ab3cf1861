import { describe, expect, test } from 'vitest'
import { VenueError } from '../../src/core/venue-error.ts'
import { RunClock } from '../../src/engine/run-clock.ts'
import { TimeWatch } from '../../src/engine/time-watch.ts'
import { KeptLog } from '../support/connection-rig.ts'
import { FakeClock } from '../support/fake-clock.ts'

const hourMs = 3_600_000
const trueMs = 1_800_000_000_000

class Rig {
  readonly clock: FakeClock
  readonly runClock: RunClock
  readonly log = new KeptLog()
  readonly watch: TimeWatch
  asked = 0
  isLive = true
  /** What the venue's clock is ahead of the true time, or what it answers instead. */
  answer: number | VenueError = 0

  constructor(errorMs = 0) {
    this.clock = new FakeClock(trueMs + errorMs)
    this.runClock = new RunClock(this.clock)
    this.watch = new TimeWatch({
      runClock: this.runClock,
      clock: this.clock,
      log: this.log,
      venues: [
        {
          id: 'toy',
          isLive: () => this.isLive,
          fetchTimeMs: () => {
            this.asked += 1
            if (this.answer instanceof VenueError) return Promise.reject(this.answer)
            return Promise.resolve(trueMs + this.clock.monotonicMs() + this.answer)
          }
        }
      ]
    })
  }

  /** Lets seconds pass, and each answer arrive. */
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      await Promise.resolve()
      await Promise.resolve()
      await Promise.resolve()
      this.clock.advance(1_000)
    }
  }

  get wrongByMs(): number {
    return this.runClock.nowMs() - (trueMs + this.clock.monotonicMs())
  }

  get events(): readonly string[] {
    return this.log.lines.map(({ event }) => event)
  }
}

describe('TimeWatch', () => {
  test('sets a clock right at the start that is two hours wrong, and says so', async () => {
    const rig = new Rig(2 * hourMs)
    rig.watch.start()
    await rig.pass(2)
    expect([rig.wrongByMs, rig.asked]).toEqual([0, 1])
    expect(rig.log.lines.at(-1)).toMatchObject({
      level: 'warn',
      event: 'clock-corrected',
      fields: { byMs: -2 * hourMs }
    })
    rig.watch.close()
  })

  test('reads a correction a second time', async () => {
    const rig = new Rig(2 * hourMs)
    rig.answer = 400
    rig.watch.start()
    await rig.pass(59)
    expect([rig.asked, rig.wrongByMs]).toEqual([1, 400])
    rig.answer = 0
    await rig.pass(4)
    expect([rig.asked, rig.wrongByMs]).toEqual([2, 0])
    await rig.pass(600)
    expect(rig.asked).toBe(2)
    rig.watch.close()
  })

  test('asks every hour while the venue is live, and leaves it in peace while it is not', async () => {
    const rig = new Rig()
    rig.watch.start()
    await rig.pass(3_605)
    expect(rig.asked).toBe(2)
    rig.isLive = false
    await rig.pass(7_200)
    expect(rig.asked).toBe(2)
    rig.isLive = true
    await rig.pass(61)
    expect(rig.asked).toBe(3)
    rig.watch.close()
  })

  test('asks at once when the wall clock stepped, live or not', async () => {
    const rig = new Rig()
    rig.watch.start()
    await rig.pass(5)
    rig.isLive = false
    rig.clock.stepWall(hourMs)
    await rig.pass(2)
    expect([rig.asked, rig.wrongByMs]).toEqual([2, 0])
    expect(rig.events).toEqual(['clock-stepped', 'clock-step-settled', 'clock-corrected'])
    rig.watch.close()
  })

  test('asks again, ever more rarely, while there is no answer', async () => {
    const rig = new Rig()
    rig.answer = new VenueError('venue-unreachable', 'away', { retry: 'after' })
    rig.watch.start()
    await rig.pass(75)
    expect(rig.asked).toBe(4)
    rig.watch.close()
  })

  test('asks a venue that will not tell once an hour', async () => {
    const rig = new Rig()
    rig.answer = new VenueError('venue-key-missing', 'no key', { retry: 'never' })
    rig.watch.start()
    await rig.pass(3_500)
    expect(rig.asked).toBe(1)
    rig.watch.close()
  })

  test('is not led astray by a venue whose clock jumps', async () => {
    const rig = new Rig()
    rig.watch.start()
    await rig.pass(5)
    rig.answer = 10 * hourMs
    await rig.pass(3_600)
    expect([rig.asked, rig.wrongByMs]).toEqual([2, 0])
    expect(rig.events).toEqual(['venue-clock-stepped'])
    rig.watch.close()
  })
})
