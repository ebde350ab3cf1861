import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tableNames } from '../../../src/contracts/state-rows.ts'
import { StatePublisher } from '../../../src/contracts/state-publisher.ts'
import { portLink } from '../../../src/renderer/link/port-link.ts'
import { queryTimeoutMs } from '../../../src/renderer/stream/query-deadlines.ts'
import {
  askAfterSilenceMs,
  deadAfterSilenceMs,
  StreamClient
} from '../../../src/renderer/stream/stream-client.ts'
import { aCandle } from '../../support/candles.ts'
import { aDeckRow, aPriceRow, aRunRow } from '../../support/rows.ts'
import { until } from '../../support/until.ts'
import { LossyDesk } from '../support/lossy-link.ts'

const instruments = ['coinbase:BTC-USD', 'coinbase:ETH-USD', 'coinbase:XYO-USD'] as const

async function liveDesk(): Promise<LossyDesk> {
  const desk = new LossyDesk()
  desk.publisher.put('run', aRunRow())
  desk.client.start()
  await desk.pass(0)
  return desk
}

function copyOf(desk: LossyDesk) {
  return tableNames.map((name) => [...desk.client.state[name].list()].sort(byId))
}

function truthOf(desk: LossyDesk) {
  return tableNames.map((name) => [...desk.publisher.rows(name)].sort(byId))
}

function byId(left: { readonly id: string }, right: { readonly id: string }): number {
  return left.id < right.id ? -1 : 1
}

const stepArbitrary = fc.oneof(
  { weight: 5, arbitrary: fc.record({ put: fc.constantFrom(...instruments), price: fc.nat(100) }) },
  { weight: 2, arbitrary: fc.record({ remove: fc.constantFrom(...instruments) }) },
  { weight: 4, arbitrary: fc.record({ pass: fc.constantFrom(33, 250, 1_000, 6_000) }) },
  { weight: 1, arbitrary: fc.record({ drop: fc.constantFrom('toClient', 'toServer') }) },
  { weight: 1, arbitrary: fc.record({ reachable: fc.boolean() }) }
)

type Step = typeof stepArbitrary extends fc.Arbitrary<infer Value> ? Value : never

async function play(desk: LossyDesk, step: Step): Promise<void> {
  if ('put' in step) desk.publisher.put('prices', aPriceRow({ id: step.put, price: step.price }))
  else if ('remove' in step) desk.publisher.remove('prices', step.remove)
  else if ('pass' in step) await desk.pass(step.pass)
  else if ('drop' in step) desk.drop(step.drop === 'toClient' ? 'toClient' : 'toServer')
  else {
    desk.isReachable = step.reachable
    desk.cut()
  }
}

describe('StreamClient', () => {
  test('copies the snapshot and follows deltas', async () => {
    const desk = await liveDesk()
    desk.publisher.put('prices', aPriceRow({ price: 1 }))
    await desk.pass(33)
    desk.publisher.put('prices', aPriceRow({ price: 2 }))
    await desk.pass(33)

    expect(desk.client.status.kind).toBe('live')
    expect(desk.client.state.prices.find('coinbase:BTC-USD')?.price).toBe(2)
  })

  test('ends equal to the server whatever was lost on the way', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(stepArbitrary, { maxLength: 60 }), async (steps) => {
        const desk = await liveDesk()
        for (const step of steps) await play(desk, step)
        desk.isReachable = true
        for (let turn = 0; turn < 60; turn += 1) await desk.pass(1_000)

        expect(desk.client.status.kind).toBe('live')
        expect(copyOf(desk)).toEqual(truthOf(desk))
      }),
      { numRuns: 150 }
    )
  })

  test('is not live from the moment the link breaks, and keeps the picture', async () => {
    const desk = await liveDesk()
    const seen: string[] = []
    desk.client.onStatus(() => seen.push(desk.client.status.kind))
    desk.cut()

    expect(desk.client.status.kind).toBe('lost')
    expect(seen).toEqual(['lost'])
    expect(desk.client.state.run.size).toBe(1)
  })

  test('comes back by itself, waiting longer after each failure', async () => {
    const desk = await liveDesk()
    desk.isReachable = false
    desk.cut()
    const waits: number[] = []
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const { status } = desk.client
      if (status.kind !== 'lost') throw new Error(`expected lost, received ${status.kind}`)
      const waitMs = status.nextAttemptMs - desk.nowMs
      waits.push(waitMs)
      await desk.pass(waitMs)
    }
    desk.isReachable = true
    await desk.pass(5_000)
    await desk.pass(33)

    expect(waits).toEqual([250, 500, 1_000, 2_000, 5_000, 5_000])
    expect(desk.client.status.kind).toBe('live')
  })

  test('asks whether anyone is there when it hears nothing', async () => {
    const desk = await liveDesk()
    let snapshots = 0
    desk.client.onSnapshot(() => (snapshots += 1))
    await desk.pass(askAfterSilenceMs)

    expect(snapshots).toBe(1)
    expect(desk.client.status.kind).toBe('live')
  })

  test('asks a deck that stands still something small instead of all it knows', async () => {
    const desk = await liveDesk()
    desk.publisher.put('deck', aDeckRow())
    await desk.pass(33)
    let snapshots = 0
    desk.client.onSnapshot(() => (snapshots += 1))
    await desk.pass(askAfterSilenceMs)
    expect(snapshots).toBe(0)
    await desk.pass(deadAfterSilenceMs)
    expect(desk.client.status.kind).toBe('lost')
  })

  test('stands at the cursor of a deck, and on the run clock of everything else', async () => {
    const desk = await liveDesk()
    expect(desk.client.cursorMs()).toBeNull()
    expect(desk.client.runNowMs()).toBe(desk.nowMs)
    desk.publisher.put('deck', aDeckRow({ atMs: 1_789_000_000_000 }))
    await desk.pass(33)
    expect(desk.client.runNowMs()).toBe(1_789_000_000_000)
  })

  test('takes a silent link for dead', async () => {
    const desk = await liveDesk()
    desk.drop('toServer')
    await desk.pass(askAfterSilenceMs)
    await desk.pass(deadAfterSilenceMs - askAfterSilenceMs)

    expect(desk.client.status.kind).toBe('lost')
  })

  test('hands live candles to those who watch the series, and to nobody else', async () => {
    const desk = await liveDesk()
    const seen: number[] = []
    const stop = desk.client.watch(
      { instrument: 'coinbase:BTC-USD', interval: '1s' },
      (candles) => {
        seen.push(...candles.map((candle) => candle.close))
      }
    )
    desk.publisher.candle(aCandle({ close: 7 }))
    desk.publisher.candle(aCandle({ interval: '1m', close: 8 }))
    await desk.pass(33)
    stop()
    desk.publisher.candle(aCandle({ close: 9 }))
    await desk.pass(33)

    expect(seen).toEqual([7])
  })

  test('watches the same series again after the link came back', async () => {
    const desk = await liveDesk()
    desk.client.watch({ instrument: 'coinbase:BTC-USD', interval: '1s' }, () => undefined)
    desk.cut()
    await desk.pass(300)

    expect(desk.publisher.isWatched('coinbase:BTC-USD', '1s')).toBe(true)
  })

  test('refuses a query without a link and ends one that nobody answers', async () => {
    const desk = new LossyDesk()
    const query = { name: 'trades', instrument: 'a:b', fromMs: null, toMs: null, limit: 1 } as const
    await expect(desk.client.query(query)).rejects.toMatchObject({ code: 'link-lost' })
    desk.client.start()
    await desk.pass(0)
    const answer = desk.client.query(query)
    const refused = expect(answer).rejects.toMatchObject({ code: 'timeout' })
    // The link itself stays up: something is heard all the time.
    for (let passedMs = 0; passedMs < queryTimeoutMs; passedMs += 1_000) {
      desk.publisher.put('prices', aPriceRow({ price: passedMs }))
      await desk.pass(1_000)
    }
    await refused
  })

  test('passes on the wish to retry a connection', async () => {
    const desk = await liveDesk()
    desk.client.retryConnection('cb-07')

    expect(desk.retried).toEqual(['cb-07'])
  })

  test('works over an in-page MessageChannel and notices when its other end closes', async () => {
    const publisher = new StatePublisher({
      query: () => Promise.resolve({ name: 'trades', trades: [] }),
      retry: () => undefined,
      watched: () => undefined
    })
    publisher.put('prices', aPriceRow({ price: 5 }))
    const { port1, port2 } = new MessageChannel()
    publisher.attach({
      send: (message) => port2.postMessage(message),
      onMessage: (listener) => {
        port2.addEventListener('message', (event: MessageEvent<unknown>) => listener(event.data))
        port2.start()
      },
      onClose: (listener) => port2.addEventListener('close', () => listener(), { once: true }),
      close: () => port2.close()
    })
    const client = new StreamClient(
      () => Promise.resolve(portLink(port1)),
      () => performance.now()
    )
    client.start()
    await until(() => {
      publisher.flush()
      return client.status.kind === 'live'
    }, 'the first snapshot')
    expect(client.state.prices.find('coinbase:BTC-USD')?.price).toBe(5)

    port2.close()
    await until(() => client.status.kind === 'lost', 'the loss of the port')
    client.close()
  })
})
