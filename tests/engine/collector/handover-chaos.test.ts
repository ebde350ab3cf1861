import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConnectionRig } from '../../support/connection-rig.ts'
import type { FakeSocket } from '../../support/fake-sockets.ts'
import { aToy, readToyRequest, someToys } from '../../support/toy-venue.ts'

/**
 * A venue behind fake sockets: it answers when told to and sends each trade to whoever is subscribed,
 * where it arrives up to 9 s later, on some sockets later than on others, and never once the socket ended.
 */
class ToyExchange {
  readonly rig = new ConnectionRig({ instruments: someToys(2) })
  /** Sockets that were let in, and the symbols each is subscribed to. */
  readonly #open = new Map<FakeSocket, Set<string>>()
  #onTheWay: { readonly socket: FakeSocket; readonly frame: object; readonly dueMs: number }[] = []
  readonly #newest = new Map<string, number>()
  /** By instrument, the first id that was sent after the first subscription. */
  readonly #first = new Map<string, number>()

  /** Lets in and answers sockets, the oldest `count` of them. */
  answer(count: number): void {
    for (const socket of this.rig.sockets.unended.slice(0, count)) {
      const isNew = !this.#open.has(socket)
      const symbols = this.#open.get(socket) ?? new Set()
      this.#open.set(socket, symbols)
      if (isNew) socket.accept()
      for (const text of socket.sent.splice(0)) {
        const { op, id, symbols: asked } = readToyRequest(text)
        for (const symbol of asked) {
          if (op === 'subscribe') symbols.add(symbol)
          else symbols.delete(symbol)
        }
        socket.say({ ack: id })
        for (const symbol of asked)
          this.#first.set(symbol, this.#first.get(symbol) ?? this.#next(symbol))
      }
    }
  }

  trade(symbol: string): void {
    const id = this.#next(symbol)
    this.#newest.set(symbol, id)
    for (const [socket, symbols] of this.#open) {
      if (!socket.isEnded && symbols.has(symbol)) this.#send(socket, { trade: symbol, id })
    }
  }

  /** Lets seconds pass; what is due arrives. */
  pass(seconds: number): void {
    for (let second = 0; second < seconds; second += 1) {
      this.rig.pass(1_000, true)
      const nowMs = this.rig.clock.nowMs()
      const due = this.#onTheWay.filter(({ dueMs }) => dueMs <= nowMs)
      this.#onTheWay = this.#onTheWay.filter(({ dueMs }) => dueMs > nowMs)
      for (const { socket, frame } of due) if (!socket.isEnded) socket.say(frame)
    }
  }

  /** The venue ends the `which`th socket that stands. */
  cut(which: number): void {
    const { unended } = this.rig.sockets
    unended[which % Math.max(1, unended.length)]?.end({ kind: 'dropped', how: 'reset' })
  }

  /** Ends the newest link, while it is not the only one. */
  cutNewest(): void {
    const { unended } = this.rig.sockets
    if (unended.length > 1) unended.at(-1)?.end({ kind: 'dropped', how: 'reset' })
  }

  /** Trades sent to nobody, or not taken in, since the instrument was first subscribed. */
  missing(symbol: string): readonly number[] {
    const got = new Set(
      this.rig.events.flatMap((event) =>
        event.kind === 'trade' && event.instrument === `toy:${symbol}` ? [event.id] : []
      )
    )
    const missing: number[] = []
    const newest = this.#newest.get(symbol) ?? 0
    for (let id = this.#first.get(symbol) ?? newest + 1; id <= newest; id += 1) {
      if (!got.has(id)) missing.push(id)
    }
    return missing
  }

  #send(socket: FakeSocket, frame: object): void {
    const lateMs = ((this.rig.sockets.all.indexOf(socket) * 3_000) % 10_000) + 1
    this.#onTheWay.push({ socket, frame, dueMs: this.rig.clock.nowMs() + lateMs })
  }

  #next(symbol: string): number {
    return (this.#newest.get(symbol) ?? 0) + 1
  }
}

const calm = [
  'trade',
  'trade',
  'trade',
  'trade',
  'pass',
  'pass',
  'answer',
  'answer',
  'rotate',
  'shutdown',
  'cutNewest'
]
const rough = [...calm, 'cut', 'add', 'remove', 'presumeDead', 'pause', 'resume', 'doubt', 'retry']

function act(exchange: ToyExchange, action: string, detail: number): void {
  const { rig } = exchange
  const { connection } = rig
  const others: Readonly<Record<string, () => void>> = {
    trade: () => exchange.trade(`T00${(detail % 2) + 1}-USD`),
    pass: () => exchange.pass((detail % 4) + 1),
    answer: () => exchange.answer(detail % 4 === 0 ? 1 : 2),
    rotate: () => void connection.rotate(),
    shutdown: () => rig.sockets.unended[0]?.say({ notice: 'shutdown' }),
    cutNewest: () => exchange.cutNewest(),
    cut: () => exchange.cut(detail),
    add: () => {
      const newcomer = aToy(`N${detail}-USD`)
      const isKnown = connection.instruments.some(({ id }) => id === newcomer.id)
      if (!isKnown && connection.instruments.length < 4) connection.addInstrument(newcomer)
    },
    remove: () => {
      const added = connection.instruments.find(({ symbol }) => symbol.startsWith('N'))
      if (added !== undefined) connection.removeInstrument(added.id)
    },
    presumeDead: () => connection.presumeDead('presumed dead after sleep'),
    pause: () => connection.pauseReading(),
    resume: () => connection.resumeReading(),
    doubt: () => connection.doubt(),
    retry: () => void connection.retry()
  }
  others[action]?.()
}

function actions(from: readonly string[]) {
  return fc.array(fc.tuple(fc.constantFrom(...from), fc.nat(20)), { maxLength: 120, size: 'max' })
}

function aStartedExchange(): ToyExchange {
  const exchange = new ToyExchange()
  exchange.rig.connection.start()
  exchange.answer(1)
  return exchange
}

describe('a connection whatever happens', () => {
  test('loses no trade while links are replaced and new ones fail', () => {
    let handovers = 0
    fc.assert(
      fc.property(actions(calm), (steps) => {
        const exchange = aStartedExchange()
        exchange.trade('T001-USD')
        exchange.trade('T002-USD')
        for (const [action, detail] of steps) {
          act(exchange, action, detail)
          // A far end that never says a thing on one instrument would be taken for dead.
          for (const socket of exchange.rig.sockets.unended) socket.say({ quote: 'T001-USD' })
        }
        exchange.pass(10)
        handovers += exchange.rig.marks.filter(({ reason }) => reason === 'handed over').length
        expect([...exchange.missing('T001-USD'), ...exchange.missing('T002-USD')]).toEqual([])
      }),
      { numRuns: 200 }
    )
    expect(handovers).toBeGreaterThan(20)
  })

  test('takes legal ways only, has at most two links, and its marks and sockets end in balance', async () => {
    await fc.assert(
      fc.asyncProperty(actions(rough), async (steps) => {
        const exchange = aStartedExchange()
        const { rig } = exchange
        for (const [action, detail] of steps) {
          act(exchange, action, detail)
          expect(rig.sockets.unended.length).toBeLessThanOrEqual(2)
        }
        await rig.connection.stop()
        expect(rig.state).toBe('closed')
        expect(rig.path.filter((state) => state === 'closed')).toHaveLength(1)
        expect(rig.sockets.unended).toHaveLength(0)
        expect(rig.clock.pending).toBe(0)
        const up = new Map<string, Set<string>>()
        for (const { state, connection, instruments } of rig.marks) {
          const carried = up.get(connection) ?? new Set()
          up.set(connection, carried)
          for (const id of instruments) {
            expect(carried.has(id)).toBe(state === 'down')
            if (state === 'up') carried.add(id)
            else carried.delete(id)
          }
        }
        expect([...up.values()].every(({ size }) => size === 0)).toBe(true)
      }),
      { numRuns: 300 }
    )
  })
})
