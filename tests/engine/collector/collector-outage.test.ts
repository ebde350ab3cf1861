import { afterEach, describe, expect, test } from 'vitest'
import type { Collector } from '../../../src/engine/collector/collector.ts'
import type { CollectorOptions } from '../../../src/engine/collector/collector-options.ts'
import { coinbase } from '../../../src/venues/coinbase/coinbase.ts'
import { bybitSpot } from '../../../src/venues/bybit/bybit.ts'
import { binanceSpot } from '../../../src/venues/binance-spot/binance-spot.ts'
import { aStartedCollector, answer } from '../../support/collector-rig.ts'
import type { CollectorRig } from '../../support/collector-rig.ts'
import type { FakeSocket } from '../../support/fake-sockets.ts'
import { readToyRequest, someToys, toyVenue } from '../../support/toy-venue.ts'

const connections = 67
const stepMs = 50
let running: Collector | null = null

afterEach(async () => {
  await running?.stop()
  running = null
})

/** A venue of 67 connections behind a door that the test opens and shuts; counts who knocks. */
class Door {
  readonly rig: CollectorRig
  readonly knocksMs: number[] = []
  isOpen = true
  #seen = 0
  readonly #symbolOf = new Map<FakeSocket, string>()
  #pending: { readonly socket: FakeSocket; readonly atMs: number }[] = []

  constructor(rig: CollectorRig) {
    this.rig = rig
  }

  /** Lets time pass in small steps; who knocks is let in or refused 50 ms later. */
  pass(ms: number): void {
    const { clock, sockets } = this.rig
    for (let leftMs = ms; leftMs > 0; leftMs -= stepMs) {
      this.#hear()
      clock.advance(Math.min(stepMs, leftMs))
      this.#hear()
      const due = this.#pending.filter(({ atMs }) => atMs <= clock.monotonicMs() - stepMs)
      this.#pending = this.#pending.filter((each) => !due.includes(each))
      for (const { socket } of due) this.#answer(socket)
      if (clock.monotonicMs() % 1_000 >= stepMs) continue
      for (const socket of sockets.unended) this.#enliven(socket)
    }
  }

  live(): number {
    return this.rig.collector.totals().connections.live
  }

  peak(windowMs: number, sinceMs: number): number {
    const since = this.knocksMs.filter((atMs) => atMs >= sinceMs)
    const counts = since.map(
      (fromMs) => since.filter((atMs) => atMs >= fromMs && atMs < fromMs + windowMs).length
    )
    return Math.max(0, ...counts)
  }

  /** Ends all links and refuses new ones for a time. @returns Ms until all are live after it opened again. */
  outage(ms: number): number {
    this.isOpen = false
    for (const socket of this.rig.sockets.unended) socket.end({ kind: 'dropped', how: 'reset' })
    this.pass(ms)
    expect(this.live()).toBe(0)
    this.isOpen = true
    let tookMs = 0
    for (; this.live() < connections && tookMs < 120_000; tookMs += 250) this.pass(250)
    return tookMs
  }

  /** A second of a busy link. */
  #enliven(socket: FakeSocket): void {
    const trade = this.#symbolOf.get(socket)
    if (trade === undefined) return
    socket.say({ trade })
    socket.pong()
  }

  #hear(): void {
    const { sockets, clock } = this.rig
    for (const socket of sockets.all.slice(this.#seen)) {
      this.knocksMs.push(clock.monotonicMs())
      this.#pending.push({ socket, atMs: clock.monotonicMs() })
    }
    this.#seen = sockets.all.length
  }

  #answer(socket: FakeSocket): void {
    if (socket.isEnded) return
    if (!this.isOpen) {
      socket.end({ kind: 'error', code: 'ECONNREFUSED', message: 'nobody there' })
      return
    }
    socket.accept()
    const [symbol] = readToyRequest(socket.sent[0] ?? '').symbols
    if (symbol !== undefined) this.#symbolOf.set(socket, symbol)
    answer(socket)
  }
}

async function aBigVenue(changes: Partial<CollectorOptions> = {}): Promise<Door> {
  const instruments = someToys(connections * 3)
  const rig = await aStartedCollector({
    venue: toyVenue({
      discover: () => Promise.resolve({ instruments, complete: true, problems: [] })
    }),
    ...changes
  })
  running = rig.collector
  const door = new Door(rig)
  door.pass(70_000)
  return door
}

/** The toy venue with the connects of a real one. */
function withLimitsOf(limits: typeof coinbase.limits): Partial<CollectorOptions> {
  const instruments = someToys(connections * 3)
  const toy = toyVenue()
  return {
    venue: toyVenue({
      limits: { ...toy.limits, connects: limits.connects },
      discover: () => Promise.resolve({ instruments, complete: true, problems: [] })
    })
  }
}

describe('createCollector in an outage of 67 connections', () => {
  const published = [
    { name: 'Coinbase', limits: coinbase.limits, perSecond: 8, per5Minutes: Infinity },
    { name: 'Bybit', limits: bybitSpot.limits, perSecond: Infinity, per5Minutes: 500 },
    { name: 'Binance', limits: binanceSpot.limits, perSecond: Infinity, per5Minutes: 300 }
  ]
  const outages = [5_000, 120_000, 900_000]
  const cases = published.flatMap((venue) => outages.map((ms) => ({ ...venue, ms })))

  test.each(cases)(
    '$name, $ms ms: within its budget, and all live in 30 s',
    async ({ limits, perSecond, per5Minutes, ms }) => {
      const door = await aBigVenue(withLimitsOf(limits))
      expect(door.live()).toBe(connections)
      const beganMs = door.rig.clock.monotonicMs()
      const tookMs = door.outage(ms)
      expect(tookMs).toBeLessThanOrEqual(30_000)
      expect(door.peak(1_000, beganMs)).toBeLessThanOrEqual(perSecond)
      expect(door.peak(300_000, 0)).toBeLessThanOrEqual(per5Minutes)
    }
  )

  test('one connection at a time knocks, at most every 5 s, while the others wait for the breaker', async () => {
    const door = await aBigVenue()
    door.isOpen = false
    for (const socket of door.rig.sockets.unended) socket.end({ kind: 'dropped', how: 'reset' })
    door.pass(20_000)
    const fromMs = door.rig.clock.monotonicMs()
    door.pass(60_000)
    const knocks = door.knocksMs.filter((atMs) => atMs >= fromMs)
    expect(knocks.length).toBe(12)
    const rows = door.rig.collector.rows()
    expect(new Set(rows.map(({ state, reason }) => `${state} ${reason ?? ''}`))).toEqual(
      new Set(['waiting breaker'])
    )
    const nowMs = door.rig.clock.nowMs()
    for (const { nextAttemptMs } of rows) {
      expect(nextAttemptMs).toBeGreaterThan(nowMs - 1)
      expect(nextAttemptMs).toBeLessThanOrEqual(nowMs + 5_000)
    }
  })

  test('the door opens for priority instruments first, then in the order of the plan', async () => {
    const instruments = someToys(12)
    const rig = await aStartedCollector({
      venue: toyVenue({
        discover: () => Promise.resolve({ instruments, complete: true, problems: [] })
      }),
      priority: ['T009-USD']
    })
    running = rig.collector
    const door = new Door(rig)
    door.pass(5_000)
    const [last] = rig.collector.rows().filter(({ id }) => id.includes('priority'))
    expect(last?.id).toBe('toy-priority-01a')
    const live: string[] = []
    for (const socket of [...rig.sockets.unended].reverse()) {
      socket.end({ kind: 'dropped', how: 'reset' })
    }
    for (let step = 0; step < 200; step += 1) {
      door.pass(stepMs)
      for (const { id, state } of rig.collector.rows()) {
        if (state === 'live' && !live.includes(id)) live.push(id)
      }
    }
    expect(live).toHaveLength(6)
    // The first three to be lost retried by themselves before there was an outage to see.
    const released = live.filter((id) => !['toy-03', 'toy-04'].includes(id))
    expect(released).toEqual(['toy-priority-01a', 'toy-priority-01b', 'toy-01', 'toy-02'])
  })

  test('a single reset concerns nobody else and is answered at once', async () => {
    const door = await aBigVenue()
    const [socket] = door.rig.sockets.unended
    const fromMs = door.rig.clock.monotonicMs()
    socket?.end({ kind: 'dropped', how: 'reset' })
    expect(door.live()).toBe(connections - 1)
    door.pass(100)
    expect(door.live()).toBe(connections)
    expect(door.knocksMs.filter((atMs) => atMs >= fromMs)).toHaveLength(1)
  })

  test('a venue that flaps is not knocked at more often than backoff allows', async () => {
    const door = await aBigVenue()
    const fromMs = door.rig.clock.monotonicMs()
    for (let round = 0; round < 600; round += 1) {
      for (const socket of door.rig.sockets.unended) {
        socket.say({ trade: 'T001-USD' })
        socket.end({ kind: 'closed', code: 1000, reason: '' })
      }
      door.pass(1_000)
    }
    const knocks = door.knocksMs.filter((atMs) => atMs >= fromMs).length
    // Half of 0.5, 1, 2 … 60 s each: 26 attempts in ten minutes.
    expect(knocks).toBeGreaterThan(connections)
    expect(knocks).toBeLessThanOrEqual(connections * 27)
  })
})

describe('createCollector, telling of an outage', () => {
  test('one line when it begins, one when it ends, and a sentence meanwhile', async () => {
    const door = await aBigVenue()
    const { collector, log } = door.rig
    door.outage(60_000)
    const told = log.lines.filter(({ event }) => event.startsWith('venue-'))
    expect(told.map(({ event }) => event)).toEqual(['venue-held-back', 'venue-back'])
    expect(collector.totals().problems).toEqual([])
    door.isOpen = false
    for (const socket of door.rig.sockets.unended) socket.end({ kind: 'dropped', how: 'reset' })
    door.pass(5_000)
    expect(collector.totals().problems).toEqual([
      'Toy cannot be reached: ECONNREFUSED: nobody there'
    ])
  })
})
