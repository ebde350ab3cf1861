import { afterEach, describe, expect, test } from 'vitest'
import { StatePublisher, type ClientLimits } from '../../src/contracts/state-publisher.ts'
import {
  maxRelayedSeries,
  type Delta,
  type Query,
  type QueryResult,
  type Series,
  type Snapshot,
  type StreamError
} from '../../src/contracts/state-stream.ts'
import { StreamReceiver } from '../../src/contracts/stream-receiver.ts'
import { aCandle } from '../support/candles.ts'
import { aHealthRow, aPriceRow, aRunRow } from '../support/rows.ts'
import { transports, type LinkPair } from '../support/stream-links.ts'
import { until } from '../support/until.ts'

type Answer = QueryResult | StreamError

/** A publisher and one receiver of it, over a real transport. */
class Pair {
  readonly snapshots: Snapshot[] = []
  readonly deltas: Delta[] = []
  readonly refusals: StreamError[] = []
  readonly watched: (readonly Series[])[] = []
  readonly retried: string[] = []
  lost = 0
  answer: (query: Query) => Promise<Answer> = () =>
    Promise.resolve({ name: 'candles', candles: [], complete: true })
  readonly publisher = new StatePublisher({
    query: (query) => this.answer(query),
    retry: (connection) => void this.retried.push(connection),
    watched: (series) => void this.watched.push(series)
  })
  readonly receiver: StreamReceiver
  readonly links: LinkPair

  constructor(links: LinkPair, limits?: ClientLimits) {
    this.links = links
    this.publisher.attach(links.server, limits)
    this.receiver = new StreamReceiver(links.client, {
      snapshot: (snapshot) => void this.snapshots.push(snapshot),
      delta: (delta) => void this.deltas.push(delta),
      lost: () => {
        this.lost += 1
      },
      refused: (error) => void this.refusals.push(error)
    })
  }

  /** Flushes until the condition holds: what an owner's timer does. */
  flushUntil(condition: () => boolean, what: string): Promise<void> {
    return until(() => {
      this.publisher.flush()
      return condition()
    }, what)
  }

  async greeted(): Promise<void> {
    await this.flushUntil(() => this.snapshots.length === 1, 'the first snapshot')
  }

  prices(): (number | null)[] {
    return this.deltas.flatMap((delta) => (delta.changed.prices ?? []).map((row) => row.price))
  }
}

describe.each(Object.keys(transports))('the state stream over %s', (name) => {
  const open = transports[name] ?? fail
  let pair: Pair | null = null
  const start = async () => {
    pair = new Pair(await open())
    return pair
  }
  afterEach(async () => {
    await pair?.links.close()
    pair = null
  })

  test('begins with a snapshot of every table', async () => {
    const { publisher, snapshots, ...rest } = await start()
    publisher.put('run', aRunRow())
    publisher.put('prices', aPriceRow({ price: 1e-8 }))
    await pair?.greeted()
    expect(rest.deltas).toEqual([])
    expect(snapshots[0]?.sequence).toBe(1)
    expect(snapshots[0]?.tables.run).toEqual([aRunRow()])
    expect(snapshots[0]?.tables.prices).toEqual([aPriceRow({ price: 1e-8 })])
  })

  test('numbers deltas consecutively and sends whole rows', async () => {
    const stream = await start()
    await stream.greeted()
    stream.publisher.put('health', aHealthRow({ storeLagMs: 7 }))
    await stream.flushUntil(() => stream.deltas.length === 1, 'a first delta')
    stream.publisher.put('prices', aPriceRow({ price: 2 }))
    await stream.flushUntil(() => stream.deltas.length === 2, 'a second delta')
    expect(stream.deltas.map((delta) => delta.sequence)).toEqual([2, 3])
    expect(stream.deltas[0]?.changed.health).toEqual([aHealthRow({ storeLagMs: 7 })])
  })

  test('tells of rows that are gone', async () => {
    const stream = await start()
    stream.publisher.put('prices', aPriceRow())
    await stream.greeted()
    stream.publisher.remove('prices', aPriceRow().id)
    await stream.flushUntil(() => stream.deltas.length === 1, 'a delta')
    expect(stream.deltas[0]?.removed.prices).toEqual([aPriceRow().id])
  })

  test('keeps one frame unacknowledged and coalesces what changes meanwhile', async () => {
    const stream = await start()
    await stream.greeted()
    for (let price = 1; price <= 500; price += 1) {
      stream.publisher.put('prices', aPriceRow({ price }))
      stream.publisher.flush()
    }
    await stream.flushUntil(() => stream.prices().at(-1) === 500, 'the last price')
    // No acknowledgement can arrive within the loop: its first flush sends a frame only if that of the snapshot is here.
    expect([[1, 500], [500]]).toContainEqual(stream.prices())
  })

  test('sends live candles of watched series only, latest state of each', async () => {
    const stream = await start()
    stream.receiver.watch([{ instrument: 'coinbase:BTC-USD', interval: '1s' }])
    await until(() => stream.watched.length > 0, 'the watch list')
    await stream.greeted()
    stream.publisher.candle(aCandle({ close: 1 }))
    stream.publisher.candle(aCandle({ close: 2 }))
    stream.publisher.candle(aCandle({ interval: '1m', close: 3 }))
    stream.publisher.candle(aCandle({ openMs: 1_790_000_001_000, close: 4 }))
    await stream.flushUntil(() => stream.deltas.length === 1, 'a delta')
    expect(stream.deltas[0]?.candles.map((candle) => candle.close)).toEqual([2, 4])
  })

  test('answers a query, and a refusal with its code and parameter', async () => {
    const stream = await start()
    const query = {
      name: 'candles',
      instrument: 'coinbase:BTC-USD',
      interval: '1s',
      fromMs: null,
      toMs: null,
      limit: 10
    } as const
    stream.answer = () => Promise.resolve({ name: 'candles', candles: [aCandle()], complete: true })
    await expect(stream.receiver.query(query)).resolves.toMatchObject({ candles: [aCandle()] })
    stream.answer = () =>
      Promise.resolve({ code: 'unknown-instrument', message: 'none', parameter: 'instrument' })
    await expect(stream.receiver.query(query)).rejects.toMatchObject({
      code: 'unknown-instrument',
      parameter: 'instrument'
    })
  })

  test('refuses a message that is not one, and goes on', async () => {
    const stream = await start()
    stream.links.client.send({ kind: 'watch', series: 'all' } as never)
    await until(() => stream.refusals.length === 1, 'a refusal')
    await stream.greeted()
    expect(stream.refusals[0]?.code).toBe('bad-message')
  })

  test('passes on a wish to retry', async () => {
    const stream = await start()
    stream.receiver.retry('coinbase-07')
    await until(() => stream.retried.length === 1, 'the wish')
    expect(stream.retried).toEqual(['coinbase-07'])
  })

  test('tells its client once that the link is lost, and fails open queries', async () => {
    const stream = await start()
    await stream.greeted()
    stream.answer = () => new Promise(() => undefined)
    const query = stream.receiver.query({
      name: 'trades',
      instrument: 'x:Y',
      fromMs: null,
      toMs: null,
      limit: 1
    })
    const failed = expect(query).rejects.toMatchObject({ code: 'unavailable' })
    stream.links.server.close()
    await failed
    await until(() => stream.lost === 1, 'the loss')
    await until(() => stream.publisher.clientCount === 0, 'the publisher to let go')
    expect(stream.lost).toBe(1)
  })

  test('gives a second client a snapshot of its own: a reload loses nothing', async () => {
    const stream = await start()
    await stream.greeted()
    stream.publisher.put('prices', aPriceRow({ price: 42 }))
    await stream.flushUntil(() => stream.deltas.length === 1, 'a delta')
    const second = new Pair(await open())
    stream.publisher.attach(second.links.server)
    await stream.flushUntil(() => second.snapshots.length === 1, 'a snapshot for the second')
    expect(second.snapshots[0]?.tables.prices).toEqual([aPriceRow({ price: 42 })])
    await second.links.close()
  })
})

describe('StreamReceiver', () => {
  test('asks to resync when a number is missing, and applies nothing of that frame', () => {
    const sent: unknown[] = []
    const deltas: Delta[] = []
    let deliver: (message: never) => void = () => undefined
    new StreamReceiver(
      {
        send: (message) => void sent.push(message),
        onMessage: (listener) => {
          deliver = listener
        },
        onClose: () => undefined,
        close: () => undefined
      },
      {
        snapshot: () => undefined,
        delta: (delta) => void deltas.push(delta),
        lost: () => undefined,
        refused: () => undefined
      }
    )
    deliver({ kind: 'snapshot', sequence: 4, tables: {} } as never)
    deliver({ kind: 'delta', sequence: 6, changed: {}, removed: {}, candles: [] } as never)
    expect(deltas).toEqual([])
    expect(sent.at(-1)).toEqual({ kind: 'resync' })
  })
})

describe('StatePublisher', () => {
  test('refuses more series than a link may watch, and keeps those it had', async () => {
    const watch = async (stream: Pair, count: number) => {
      const series = Array.from(Array(count).keys(), (at) => ({
        instrument: `coinbase:${at}-USD`,
        interval: '1s'
      }))
      stream.receiver.watch(series)
      const happened = () => stream.watched.length + stream.refusals.length
      const before = happened()
      await until(() => happened() > before, 'an outcome')
      return [stream.watched.at(-1)?.length ?? 0, stream.refusals.length]
    }
    const usual = new Pair(await (transports['an in-page MessageChannel'] ?? fail)())
    expect(await watch(usual, 64)).toEqual([64, 0])
    expect(await watch(usual, 65)).toEqual([64, 1])
    await usual.links.close()
    const host = new Pair(await (transports['an in-page MessageChannel'] ?? fail)(), {
      maxOpenQueries: 1,
      maxWatchedSeries: maxRelayedSeries
    })
    expect(await watch(host, 1_024)).toEqual([1_024, 0])
    await host.links.close()
  })

  test('answers as many queries at once as the link may ask', async () => {
    const stream = new Pair(await (transports['an in-page MessageChannel'] ?? fail)(), {
      maxOpenQueries: 2,
      maxWatchedSeries: 1
    })
    stream.answer = () => new Promise(() => undefined)
    const query = { name: 'trades', instrument: 'x:Y', fromMs: null, toMs: null, limit: 1 } as const
    const open = [1, 2].map(() => stream.receiver.query(query).catch(() => undefined))
    await expect(stream.receiver.query(query)).rejects.toMatchObject({ code: 'busy' })
    stream.receiver.close()
    await Promise.all(open)
    await stream.links.close()
  })

  test('falls back to a snapshot when a frozen client is too many candles behind', async () => {
    const stream = new Pair(await (transports['an in-page MessageChannel'] ?? fail)())
    stream.receiver.watch([{ instrument: 'coinbase:BTC-USD', interval: '1s' }])
    await until(() => stream.watched.length > 0, 'the watch list')
    await stream.greeted()
    for (let second = 0; second <= 10_001; second += 1) {
      stream.publisher.candle(aCandle({ openMs: second * 1_000 }))
    }
    await stream.flushUntil(() => stream.snapshots.length === 2, 'another snapshot')
    expect(stream.deltas).toEqual([])
    await stream.links.close()
  })
})

function fail(): never {
  throw new Error('no such transport')
}
