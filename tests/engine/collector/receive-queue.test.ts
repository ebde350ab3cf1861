import { describe, expect, test } from 'vitest'
import { ReceiveQueue, type FrameTaker } from '../../../src/engine/collector/receive-queue.ts'
import { ConnectionRig } from '../../support/connection-rig.ts'

function aTaker(onTake: (text: string) => void = () => undefined) {
  const taken: string[] = []
  const taker: FrameTaker = {
    name: 'a link',
    take: (data, receivedMs, atMs) => {
      taken.push(`${data.toString()} ${receivedMs} ${atMs}`)
      onTake(data.toString())
    }
  }
  const frame = (text: string, ms = 0) => ({
    taker,
    data: Buffer.from(text),
    receivedMs: 1_000 + ms,
    atMs: ms
  })
  return { taken, frame }
}

describe('ReceiveQueue', () => {
  test('keeps frames until it is drained, in order and with their times of arrival', () => {
    const { taken, frame } = aTaker()
    const queue = new ReceiveQueue()
    queue.add(frame('a', 1))
    queue.add(frame('b', 2))
    expect(taken).toEqual([])
    queue.drain()
    expect(taken).toEqual(['a 1001 1', 'b 1002 2'])
    queue.drain()
    expect(taken).toHaveLength(2)
  })

  test('holds no more than its bound', () => {
    const { taken, frame } = aTaker()
    const queue = new ReceiveQueue(3)
    for (const text of ['a', 'b', 'c', 'd']) queue.add(frame(text))
    expect(taken).toHaveLength(3)
  })

  test('is drained whole, once and in order by a taker that drains it itself', () => {
    const queue = new ReceiveQueue()
    const { taken, frame } = aTaker((text) => {
      if (text === 'a') queue.drain()
    })
    for (const text of ['a', 'b', 'c']) queue.add(frame(text))
    queue.drain()
    expect(taken.map((each) => each[0])).toEqual(['a', 'b', 'c'])
  })

  test('loses only the frame whose taker throws', () => {
    const queue = new ReceiveQueue()
    const { taken, frame } = aTaker((text) => {
      if (text === 'a') throw new Error('bad frame')
    })
    for (const text of ['a', 'b']) queue.add(frame(text))
    expect(() => queue.drain()).toThrow('bad frame')
    queue.drain()
    expect(taken).toEqual(['a 1000 0', 'b 1000 0'])
  })

  test('lets a taker that throws cost its own frame only', () => {
    const threw: string[] = []
    const { taken, frame } = aTaker((text) => {
      if (text === 'b') throw new Error('broken')
    })
    const queue = new ReceiveQueue(undefined, {
      during: (drain) => drain(),
      about: () => undefined,
      threw: ({ name }, error) => void threw.push(`${name}: ${String(error)}`)
    })
    for (const text of ['a', 'b', 'c']) queue.add(frame(text))
    queue.drain()
    expect(taken).toEqual(['a 1000 0', 'b 1000 0', 'c 1000 0'])
    expect(threw).toEqual(['a link: Error: broken'])
  })

  test('says once for a row of frames whose they are', () => {
    const told: string[] = []
    const { frame } = aTaker()
    const queue = new ReceiveQueue(undefined, {
      during: (drain) => {
        told.push('begins')
        drain()
      },
      about: ({ name }) => void told.push(name),
      threw: () => undefined
    })
    for (const text of ['a', 'b', 'c']) queue.add(frame(text))
    queue.drain()
    queue.drain()
    expect(told).toEqual(['begins', 'a link'])
  })
})

describe('a link that ends', () => {
  test('takes in what it had received, with the times of arrival', () => {
    const rig = new ConnectionRig({ received: new ReceiveQueue() })
    rig.connection.start()
    rig.socket.accept()
    rig.acknowledge()
    rig.received.drain()
    rig.socket.say({ trade: 'T001-USD' })
    expect(rig.events).toHaveLength(0)
    rig.socket.end({ kind: 'dropped', how: 'reset' })
    expect(rig.events).toHaveLength(1)
  })
})
