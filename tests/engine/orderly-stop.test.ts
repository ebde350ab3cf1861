import { describe, expect, test } from 'vitest'
import { stopBudgetMs } from '../../src/contracts/engine-protocol.ts'
import { saveReceived, stopInOrder, type Stoppable } from '../../src/engine/orderly-stop.ts'
import { supervisorLimits } from '../../src/service/supervisor.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { until } from '../support/until.ts'

type Part = 'sockets' | 'flush' | 'reader' | 'writer'

/** Parts that write down when they were told to end; those that hang never do. */
function parts(hanging: readonly Part[] = []) {
  const clock = new FakeClock()
  const order: Part[] = []
  const deadlines: number[] = []
  const end = (part: Part): Promise<void> => {
    order.push(part)
    return hanging.includes(part) ? new Promise<void>(() => undefined) : Promise.resolve()
  }
  const stoppable: Stoppable = {
    collectors: [{ stop: () => end('sockets') }],
    reader: { close: () => end('reader') },
    recorder: null,
    writer: {
      flush: () => end('flush'),
      close: ({ deadlineMs = Infinity }) => {
        deadlines.push(clock.monotonicMs() + deadlineMs)
        return end('writer')
      }
    }
  }
  /** Moves the clock on as long as something waits for it. */
  const finished = async (work: Promise<void>): Promise<void> => {
    let isDone = false
    void work.then(() => {
      isDone = true
    })
    await until(() => {
      if (!isDone && clock.pending > 0) clock.advance(10)
      return isDone
    }, 'the end')
  }
  return { clock, order, deadlines, stoppable, finished }
}

describe('stopInOrder', () => {
  test('commits what was received before it closes the reader, and closes the writer last', async () => {
    const { clock, order, stoppable } = parts()
    await stopInOrder(stoppable, clock)
    expect(order).toEqual(['sockets', 'flush', 'reader', 'writer'])
    expect(clock.pending).toBe(0)
  })

  test('gives the writer its turn within the host’s patience, whatever hangs', async () => {
    const { clock, order, deadlines, stoppable, finished } = parts(['sockets', 'flush', 'reader'])
    await finished(stopInOrder(stoppable, clock))
    expect(order).toEqual(['sockets', 'flush', 'reader', 'writer'])
    expect(deadlines[0]).toBeLessThan(supervisorLimits.stopMs)
    expect(supervisorLimits.stopMs).toBe(stopBudgetMs)
  })

  test('goes on where committing fails', async () => {
    const { clock, order, stoppable } = parts()
    const writer = { ...stoppable.writer, flush: () => Promise.reject(new Error('disk full')) }
    await stopInOrder({ ...stoppable, writer }, clock)
    expect(order).toEqual(['sockets', 'reader', 'writer'])
  })
})

describe('saveReceived', () => {
  test('commits what was received without waiting for sockets', async () => {
    const { clock, order, stoppable } = parts(['sockets'])
    await saveReceived(stoppable, clock)
    expect(order).toEqual(['sockets', 'flush'])
  })

  test('waits no longer than 500 ms for a store that hangs', async () => {
    const { clock, order, stoppable, finished } = parts(['flush'])
    await finished(saveReceived(stoppable, clock))
    expect(order).toEqual(['sockets', 'flush'])
    expect(clock.monotonicMs()).toBe(500)
  })
})
