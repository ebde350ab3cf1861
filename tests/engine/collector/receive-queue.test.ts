import { describe, expect, test } from 'vitest'
import {
  ReceiveQueue,
  type DrainWatch,
  type FrameTaker
} from '../../../src/engine/collector/receive-queue.ts'
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
      threw: ({ name }, error) => void threw.push(`${name}: ${String(error)}`),
      pressure: () => undefined
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
      threw: () => undefined,
      pressure: () => undefined
    })
    for (const text of ['a', 'b', 'c']) queue.add(frame(text))
    queue.drain()
    queue.drain()
    expect(told).toEqual(['begins', 'a link'])
  })
})

/** A queue whose taker needs `takesMs` for each frame, on a clock and turns of its own. */
class SlowRig {
  readonly taken: string[] = []
  readonly told: string[] = []
  /** Frames taken at one stretch, of each stretch. */
  readonly stretches: number[] = []
  readonly queue: ReceiveQueue
  readonly link: FrameTaker
  nowMs = 0
  readonly #takesMs: number
  readonly #later: (() => void)[] = []

  constructor(takesMs: number) {
    this.#takesMs = takesMs
    this.link = this.aLink('a link')
    const watch: DrainWatch = {
      during: (drain) => {
        const before = this.taken.length
        drain()
        this.stretches.push(this.taken.length - before)
      },
      about: () => undefined,
      threw: () => undefined,
      pressure: (pressure) => void this.told.push(pressure)
    }
    const turns = {
      monotonicMs: () => this.nowMs,
      later: (callback: () => void) => void this.#later.push(callback)
    }
    this.queue = new ReceiveQueue(undefined, watch, turns)
  }

  aLink(name: string): FrameTaker {
    return {
      name,
      take: (data) => {
        this.nowMs += this.#takesMs
        this.taken.push(data.toString())
      }
    }
  }

  receive(text: string, taker = this.link): void {
    const { nowMs } = this
    this.queue.add({ taker, data: Buffer.from(text), receivedMs: nowMs, atMs: nowMs })
  }

  get isIdle(): boolean {
    return this.#later.length === 0
  }

  /** One turn of the event loop. */
  turn(): void {
    for (const callback of this.#later.splice(0)) callback()
  }

  size(name: string): number {
    return this.queue.structures().find((row) => row.name === name)?.size ?? NaN
  }
}

describe('ReceiveQueue of a slow taker', () => {
  test('takes a stretch of frames at a time, and all of them in order', () => {
    const rig = new SlowRig(5)
    for (let at = 0; at < 30; at += 1) rig.receive(String(at))
    rig.queue.drain()
    expect(rig.taken).toHaveLength(4)
    while (!rig.isIdle) rig.turn()
    expect(rig.taken).toEqual(Array.from(Array(30).keys(), String))
    expect(Math.max(...rig.stretches)).toBe(4)
  })

  test('asks for a pause at its bound of frames, and ends it when none waits', () => {
    const rig = new SlowRig(0)
    rig.link.take = () => {
      rig.nowMs += 1_000 * Number(rig.told.length === 0)
    }
    for (let at = 0; at < 10_000; at += 1) rig.receive('x')
    expect(rig.told).toEqual(['high'])
    expect(rig.size('frames to take in')).toBeLessThanOrEqual(10_000)
    while (!rig.isIdle) rig.turn()
    rig.queue.drain()
    expect(rig.told).toEqual(['high', 'normal'])
    expect(rig.size('frames to take in')).toBe(0)
  })

  test('asks for a pause at its bound of bytes', () => {
    const rig = new SlowRig(0)
    const text = 'x'.repeat(1_048_576)
    for (let at = 0; at < 7; at += 1) rig.receive(text)
    expect(rig.told).toEqual([])
    rig.receive(text)
    expect(rig.told).toEqual(['high'])
    expect(rig.size('bytes of frames to take in')).toBe(8 * 1_048_576)
    rig.queue.drain()
    expect(rig.told).toEqual(['high', 'normal'])
    expect(rig.size('bytes of frames to take in')).toBe(0)
  })

  test('asks for a pause once the oldest frame waited for a second', () => {
    const rig = new SlowRig(5)
    for (let at = 0; at < 250; at += 1) rig.receive('x')
    while (!rig.isIdle || rig.taken.length === 0) {
      rig.queue.drain()
      rig.turn()
      if (rig.taken.length < 196) expect(rig.told).toEqual([])
    }
    expect(rig.told).toEqual(['high', 'normal'])
  })

  test('holds a bounded number of frames of a venue that sends four times as fast as they are taken', () => {
    const rig = new SlowRig(5)
    let most = 0
    for (let turn = 0; turn < 2_000; turn += 1) {
      const isRead = rig.told.at(-1) !== 'high'
      if (isRead) for (let frame = 0; frame < 16; frame += 1) rig.receive('x')
      rig.queue.drain()
      rig.turn()
      most = Math.max(most, rig.size('frames to take in'))
    }
    expect(rig.told).toContain('high')
    expect(most).toBeLessThan(1_000)
  })

  test('lets the end of a link wait for its frames, not for those of others', () => {
    const rig = new SlowRig(100)
    const other = rig.aLink('other')
    const ended: string[] = []
    for (let at = 0; at < 6; at += 1) rig.receive(`own ${at}`)
    for (let at = 0; at < 40; at += 1) rig.receive(`other ${at}`, other)
    rig.queue.whenTaken(rig.link, () => void ended.push('own'))
    expect(ended).toEqual([])
    while (ended.length === 0) rig.turn()
    expect(rig.taken.filter((text) => text.startsWith('own'))).toHaveLength(6)
    expect(rig.taken.length).toBeLessThan(46)
  })

  test('ends a link without frames at once', () => {
    const rig = new SlowRig(5)
    let isEnded = false
    rig.queue.whenTaken(rig.link, () => {
      isEnded = true
    })
    expect(isEnded).toBe(true)
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
