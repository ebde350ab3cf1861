import { expect, test } from 'vitest'
import { HandlerClock } from '../../src/engine/health/handler-clock.ts'
import { timedClock } from '../../src/engine/timed-clock.ts'
import { FakeClock } from '../support/fake-clock.ts'

test('a timer that takes long is told as a handler, and one that is cancelled never runs', () => {
  const slow: string[] = []
  const fake = new FakeClock()
  const handlers = new HandlerClock(
    { slow: ({ handler }) => void slow.push(handler), overran: () => undefined },
    () => fake.monotonicMs()
  )
  const clock = timedClock(fake, handlers)
  clock.after(10, () => fake.sleep(60))
  clock.after(5, () => void slow.push('cancelled')).cancel()
  fake.advance(10)
  expect(slow).toEqual(['timer'])
})
