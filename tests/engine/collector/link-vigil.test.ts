import { describe, expect, test } from 'vitest'
import type { Trade } from '../../../src/core/market/event.ts'
import type { NewestTrades } from '../../../src/engine/collector/silence-proof.ts'
import { ConnectionRig } from '../../support/connection-rig.ts'
import type { FakeSocket } from '../../support/fake-sockets.ts'
import { someToys } from '../../support/toy-venue.ts'
import { until } from '../../support/until.ts'

const stepMs = 100

type Flow = {
  /** Instruments that trade ten times a second. */
  readonly trading: readonly string[]
  readonly beats?: boolean
  readonly pongs?: boolean
  readonly bytes?: boolean
}

const both = ['T001-USD', 'T002-USD']
const nothing: Flow = { trading: [] }
const mute: Flow = { trading: [], beats: true, pongs: true }
const alive: Flow = { trading: both, beats: true, pongs: true }

/** A live link of two instruments that was busy for two minutes. */
class BusyRig extends ConnectionRig {
  /** The link that is watched here. */
  readonly first: FakeSocket
  #id = 0
  #ms = 0
  #ponged = 0

  constructor(newestTrades?: NewestTrades) {
    super({ instruments: someToys(2), ...(newestTrades === undefined ? {} : { newestTrades }) })
    this.connection.start()
    this.comeUp()
    this.first = this.socket
    this.flow(120_000, alive)
  }

  /** Lets time pass as long as the newest link lives. @returns How long that was, ms. */
  flow(ms: number, { trading, beats = false, pongs = false, bytes = false }: Flow): number {
    const { socket } = this
    let passedMs = 0
    for (; passedMs < ms && !socket.isEnded; passedMs += stepMs) {
      this.clock.advance(stepMs)
      this.#ms += stepMs
      if (bytes) socket.bytesRead += 50
      for (const trade of trading) socket.say({ trade, id: ++this.#id })
      if (this.#ms % 1_000 === 0) {
        if (beats) socket.say({ beat: null })
        this.connection.tick()
      }
      if (!pongs || socket.pings === this.#ponged) continue
      socket.pong()
      this.#ponged = socket.pings
    }
    return passedMs
  }

  /** The same, as long as the first link lives, with REST answering meanwhile. */
  async flowAnswered(ms: number, flow: Flow): Promise<number> {
    let passedMs = 0
    for (; passedMs < ms && !this.first.isEnded; passedMs += stepMs) {
      this.flow(stepMs, flow)
      for (let turn = 0; turn < 8; turn += 1) await Promise.resolve()
    }
    return passedMs
  }

  get lastReason(): string | undefined {
    return this.connection.row(0).lastClose?.reason
  }

  /** As REST tells them. */
  tradesOf(symbol: string, agesMs: readonly number[]): readonly Trade[] {
    return agesMs.map((ageMs) => ({
      kind: 'trade',
      instrument: `toy:${symbol}`,
      id: 1_000_000 - ageMs,
      eventMs: this.clock.nowMs() - ageMs,
      receivedMs: this.clock.nowMs(),
      price: 1,
      size: 1,
      side: null
    }))
  }
}

describe('LinkVigil', () => {
  test('a busy link without a byte is dead within 5 s', () => {
    const rig = new BusyRig()
    expect(rig.flow(30_000, nothing)).toBeLessThanOrEqual(5_000)
    expect(rig.lastReason).toMatch(/^no byte for \d+ ms, and no pong$/)
  })

  test('a busy link that brings heartbeats and pongs but no trade is dead within 5 s', () => {
    const rig = new BusyRig()
    expect(rig.flow(30_000, mute)).toBeLessThanOrEqual(5_000)
    expect(rig.lastReason).toMatch(/^no trade for/)
  })

  test('quotes are no trades', () => {
    const rig = new BusyRig()
    let passedMs = 0
    for (; passedMs < 30_000 && !rig.first.isEnded; passedMs += 500) {
      rig.socket.say({ quote: 'T001-USD' })
      rig.flow(500, mute)
    }
    expect(passedMs).toBeLessThanOrEqual(5_000)
  })

  test('a busy link that trades on is left alone', () => {
    const rig = new BusyRig()
    expect(rig.flow(60_000, alive)).toBe(60_000)
    expect(rig.socket.isEnded).toBe(false)
  })

  test('two seconds of silence are left alone', () => {
    const rig = new BusyRig()
    for (let round = 0; round < 5; round += 1) {
      rig.flow(2_000, nothing)
      rig.flow(5_000, alive)
    }
    expect(rig.socket.isEnded).toBe(false)
  })

  test('a frame that comes slowly, byte by byte, is no silence until the fixed rule ends it', () => {
    const rig = new BusyRig()
    const passedMs = rig.flow(60_000, { ...nothing, bytes: true })
    expect(passedMs).toBeGreaterThanOrEqual(14_000)
    expect(passedMs).toBeLessThanOrEqual(15_000)
  })

  test('a link whose pongs take a second may take as long again', () => {
    const rig = new BusyRig()
    rig.connection.doubt()
    rig.flow(1_000, { trading: both })
    rig.socket.pong()
    rig.flow(10_000, nothing)
    expect(rig.lastReason).toMatch(/^no trade for/)
  })

  test('what a blocked process did not hear is not held against the link', () => {
    const rig = new BusyRig()
    rig.clock.sleep(4_500)
    rig.connection.tick()
    expect(rig.socket.isEnded).toBe(false)
    rig.flow(10_000, alive)
    expect(rig.socket.isEnded).toBe(false)
    expect(rig.flow(30_000, nothing)).toBeLessThanOrEqual(6_000)
  })

  test('a new socket that brings no trade is judged by the fixed rule: it may be that there are none', () => {
    const rig = new BusyRig()
    rig.flow(30_000, mute)
    rig.waitOut()
    rig.comeUp()
    expect(rig.flow(60_000, mute)).toBeGreaterThan(13_000)
  })

  test('where REST knows of no trade either, the silence is quiet', async () => {
    let asked = 0
    const rig: BusyRig = new BusyRig(({ symbol }) => {
      asked += 1
      return Promise.resolve(rig.tradesOf(symbol, [600_000]))
    })
    await rig.flowAnswered(60_000, mute)
    expect(rig.first.isEnded).toBe(false)
    expect(asked).toBeGreaterThan(0)
    expect(asked).toBeLessThanOrEqual(12)
  })

  test('where REST knows of trades that did not come, the link is dead within 5 s', async () => {
    const rig: BusyRig = new BusyRig(({ symbol }) =>
      Promise.resolve(rig.tradesOf(symbol, [2_500, 2_000, 0]))
    )
    expect(await rig.flowAnswered(30_000, mute)).toBeLessThanOrEqual(5_000)
    expect(rig.lastReason).toMatch(/^the venue has trades of toy:/)
  })

  test('what REST told of a link that speaks again by itself is handed on, unless ids count on', async () => {
    const told = async (idOf: (id: Trade['id']) => Trade['id']): Promise<readonly unknown[]> => {
      const rig: BusyRig = new BusyRig(({ symbol }) =>
        Promise.resolve(
          rig.tradesOf(symbol, [1_400]).map((each) => ({ ...each, id: idOf(each.id) }))
        )
      )
      await rig.flowAnswered(3_200, mute)
      await rig.flowAnswered(4_000, alive)
      expect(rig.first.isEnded).toBe(false)
      return rig.events.filter(({ kind }) => kind === 'anchor').map(({ instrument }) => instrument)
    }
    expect(await told((id) => `text-${id}`)).toEqual(['toy:T001-USD', 'toy:T002-USD'])
    expect(await told((id) => id)).toEqual([])
  })

  test('REST that does not answer is not waited for', () => {
    const rig = new BusyRig(() => new Promise(() => undefined))
    expect(rig.flow(30_000, mute)).toBeLessThanOrEqual(5_000)
  })

  test('an instrument silent while its sibling trades is asked about, and ends the link if trades are missing', async () => {
    const rig: BusyRig = new BusyRig(({ symbol }) =>
      Promise.resolve(rig.tradesOf(symbol, [2_500, 2_000]))
    )
    const half = { ...alive, trading: ['T002-USD'] }
    expect(await rig.flowAnswered(60_000, half)).toBeLessThanOrEqual(5_000)
    expect(rig.lastReason).toContain('toy:T001-USD')
  })

  test('without REST such an instrument is suspect, and the link stays', () => {
    const rig = new BusyRig()
    rig.flow(30_000, { ...alive, trading: ['T002-USD'] })
    expect(rig.socket.isEnded).toBe(false)
    expect(rig.connection.activity('toy:T001-USD')?.isSuspect).toBe(true)
    expect(rig.connection.activity('toy:T002-USD')?.isSuspect).toBe(false)
  })

  test('the newest trade that REST told somebody else ends the link where it did not come', () => {
    const rig = new BusyRig(() => new Promise(() => undefined))
    const [missing] = rig.tradesOf('T001-USD', [2_500])
    const [known] = rig.tradesOf('T002-USD', [2_500])
    if (missing === undefined || known === undefined) throw new Error('no trades')
    rig.flow(4_000, { ...alive, trading: ['T002-USD'] })
    rig.connection.told({ ...known, eventMs: rig.clock.nowMs() - 2_500 })
    expect(rig.first.isEnded).toBe(false)
    rig.connection.told({ ...missing, eventMs: rig.clock.nowMs() - 2_500 })
    rig.flow(5_000, alive)
    expect(rig.first.isEnded).toBe(true)
    expect(rig.lastReason).toBe('the venue has trades of toy:T001-USD that did not come')
  })

  test('and leaves it alone where it came, or may still be on its way', () => {
    const rig = new BusyRig(() => new Promise(() => undefined))
    rig.flow(4_000, { ...alive, trading: ['T002-USD'] })
    for (const ageMs of [600_000, 200]) {
      for (const trade of rig.tradesOf('T001-USD', [ageMs])) rig.connection.told(trade)
    }
    rig.flow(1_000, { ...alive, trading: ['T002-USD'] })
    expect(rig.first.isEnded).toBe(false)
  })

  test('nothing is left open when the link ends while REST is asked', async () => {
    const rig = new BusyRig(() => new Promise(() => undefined))
    rig.flow(3_500, mute)
    await rig.connection.stop()
    await until(() => rig.clock.pending === 0, 'timers end')
    expect(rig.sockets.unended).toHaveLength(0)
  })
})
