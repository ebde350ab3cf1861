import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import type { Simulator } from '../../src/simulator/simulator.ts'
import { connected, runningSimulator } from '../support/running-simulator.ts'
import { until } from '../support/until.ts'

const small = { venues: ['coinbase', 'bybit-linear'], rate: 2 } as const

async function ask(simulator: Simulator, path: string, body?: unknown) {
  const init =
    body === undefined
      ? {}
      : { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) }
  const response = await fetch(`${simulator.ready.control}${path}`, init)
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

async function statusForHost(simulator: Simulator, host: string): Promise<number> {
  const { port } = new URL(simulator.ready.control)
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path: '/truth', headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
      .on('error', reject)
      .end()
  })
}

async function matchesOf(simulator: Simulator, products: readonly string[]) {
  const client = await connected(simulator.ready.venues['coinbase']?.wsUrl)
  client.send({ type: 'subscribe', product_ids: products, channels: ['matches'] })
  await client.wait({ type: 'match' })
  return client
}

describe('startControlServer', () => {
  test('serves the truth: exactly what a client received, trade by trade', async () => {
    const simulator = await runningSimulator(small)
    const client = await matchesOf(simulator, ['BTC-USD', 'ETH-USD'])
    await client.wait({ type: 'match', product_id: 'ETH-USD' }, 40)
    client.send({ type: 'unsubscribe', product_ids: ['BTC-USD', 'ETH-USD'], channels: ['matches'] })
    await client.wait({ type: 'subscriptions' }, 2)

    const truth = await ask(simulator, '/truth')
    expect(truth.body).toMatchObject({ finished: false, truncated: false })
    for (const product of ['BTC-USD', 'ETH-USD']) {
      const received = client.all({ type: 'match', product_id: product })
      const id = `coinbase:${product}`
      const totals = (truth.body['instruments'] as Record<string, unknown>)[id]
      const sum = received.reduce((all, { price, size }) => all + Number(price) * Number(size), 0)
      expect(totals).toMatchObject({
        subscribers: 0,
        trades: received.length,
        firstId: received[0]?.['trade_id'],
        lastId: received.at(-1)?.['trade_id']
      })
      expect((totals as { notional: number }).notional).toBeCloseTo(sum, 4)
      const { body } = await ask(simulator, `/truth/${id}/trades?limit=10000`)
      expect(
        (body['items'] as Record<string, unknown>[]).map(({ id, price, size, side }) => {
          return { id, price, size, side }
        })
      ).toEqual(
        received.map((frame) => {
          const taker = frame['side'] === 'sell' ? 'buy' : 'sell'
          const [price, size] = [Number(frame['price']), Number(frame['size'])]
          return { id: frame['trade_id'], price, size, side: taker }
        })
      )
    }
  })

  test('pages through the trades', async () => {
    const simulator = await runningSimulator(small)
    const client = await matchesOf(simulator, ['BTC-USD'])
    await client.wait({ type: 'match' }, 10)
    const first = await ask(simulator, '/truth/coinbase:BTC-USD/trades?limit=3')
    expect(first.body['next']).toBe(3)
    const second = await ask(simulator, '/truth/coinbase%3ABTC-USD/trades?from=3&limit=2')
    const ids = [first, second].flatMap(({ body }) =>
      (body['items'] as { id: number }[]).map(({ id }) => id)
    )
    const received = client.all({ type: 'match' }).slice(0, 5)
    expect(ids).toEqual(received.map((frame) => frame['trade_id']))
  })

  test.each([
    ['/truth/coinbase:NONE-USD/trades', 404, 'unknown-instrument'],
    ['/truth/nonsense/trades', 404, 'unknown-instrument'],
    ['/truth/%E0%A4%A/trades', 404, 'unknown-instrument'],
    ['/truth/coinbase:BTC-USD/trades?from=-1', 400, 'bad-parameter'],
    ['/truth/coinbase:BTC-USD/trades?limit=0', 400, 'bad-parameter'],
    ['/truth/coinbase:BTC-USD/trades?limit=10001', 400, 'bad-parameter'],
    ['/start', 404, 'not-found'],
    ['/', 404, 'not-found']
  ])('answers GET %s with %i %s', async (path, status, code) => {
    const simulator = await runningSimulator({ venues: [] })
    const answer = await ask(simulator, path)
    expect(answer).toMatchObject({ status, body: { error: { code } } })
  })

  test('refuses requests that name another host', async () => {
    const simulator = await runningSimulator({ venues: [] })
    const { host, port } = new URL(simulator.ready.control)
    expect(await statusForHost(simulator, 'example.com')).toBe(403)
    expect(await statusForHost(simulator, '127.0.0.1')).toBe(403)
    expect(await statusForHost(simulator, host)).toBe(200)
    expect(await statusForHost(simulator, `localhost:${port}`)).toBe(200)
  })

  test.each([
    ['{"kind":"earthquake"}', 'kind', /disconnect, .*mute, .*clear/],
    ['{"kind":"constructor"}', 'kind', /disconnect, .*mute, .*clear/],
    ['{}', 'kind', /received nothing/],
    ['{"kind":"disconnect","venue":"kraken"}', 'venue', /coinbase, bybit-linear/],
    ['{"kind":"disconnect","venue":"coinbase","how":"gently"}', 'how', /reset or eof or close/],
    ['{"kind":"mute","venue":"coinbase"}', 'ms', /above 0/],
    ['{"kind":"mute","venue":"coinbase","ms":-5}', 'ms', /from 1 to 86400000/],
    ['{"kind":"mute","venue":"coinbase","ms":5,"instrument":"coinbase:NO"}', 'instrument', /NO/],
    ['{"kind":"mute","venue":"coinbase","ms":5,"instrumnet":"x"}', 'instrumnet', /only kind, .*ms/],
    ['{"kind":"disconnect","venue":"coinbase","code":1012}', 'code', /how to be close/],
    ['{"kind":"drop","venue":"coinbase"}', 'n', /how many trades/],
    ['{"kind":"drop","instrument":"coinbase:BTC-USD","n":0.5}', 'n', /whole number/],
    ['{"kind":"drop","venue":"coinbase","n":5,"share":2}', 'share', /from 0 to 1/],
    ['{"kind":"duplicate","venue":"coinbase"}', 'instrument', /an instrument of coinbase/],
    ['{"kind":"burst","instrument":"kraken:BTC-USD"}', 'venue', /received "kraken"/],
    ['{"kind":"refuse","venue":"coinbase"}', 'ms', /n connections/],
    ['{"kind":"rest-lie","venue":"coinbase"}', 'about', /ids or instrument or price or times/],
    ['{"kind":"rest-cut","venue":"coinbase"}', 'olderThanMs', /beforeId/],
    ['{"kind":"lifetime","venue":"coinbase"}', 'ageMs', /an age/],
    ['{"kind":"notice","venue":"coinbase"}', 'venue', /gives notice/],
    ['{"kind":"quiet","venue":"coinbase","ms":"long"}', 'ms', /received "long"/]
  ])('refuses the fault %s and names the parameter', async (body, parameter, message) => {
    const simulator = await runningSimulator({ venues: ['coinbase', 'bybit-linear'], rate: 0.01 })
    const answer = await ask(simulator, '/faults', body)
    expect(answer.status).toBe(400)
    expect(answer.body['error']).toMatchObject({
      code: 'bad-fault',
      parameter,
      message: expect.stringMatching(message) as unknown
    })
  })

  test.each(['', 'no json', '[]', '"mute"', `"${'x'.repeat(70_000)}"`])(
    'refuses a fault command that is no object (%#)',
    async (body) => {
      const simulator = await runningSimulator({ venues: [] })
      const answer = await ask(simulator, '/faults', body)
      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'bad-body' } } })
    }
  )

  test('cuts the connections of one venue and no other', async () => {
    const simulator = await runningSimulator(small)
    const cut = await matchesOf(simulator, ['BTC-USD'])
    const spared = await connected(simulator.ready.venues['bybit-linear']?.wsUrl)
    spared.send({ op: 'subscribe', args: ['publicTrade.BTCUSDT'] })
    expect(
      (await ask(simulator, '/faults', { kind: 'disconnect', venue: 'coinbase' })).status
    ).toBe(200)
    await until(() => cut.closeCode !== null, 'the connection to be cut')
    expect(cut.closeCode).toBe(1006)
    await spared.wait({ topic: 'publicTrade.BTCUSDT' }, 3)
    expect(spared.closeCode).toBeNull()
  })

  test('says goodbye when asked to close', async () => {
    const simulator = await runningSimulator(small)
    const client = await matchesOf(simulator, ['BTC-USD'])
    await ask(simulator, '/faults', { kind: 'disconnect', venue: 'coinbase', how: 'close' })
    await until(() => client.closeCode !== null, 'the connection to close')
    expect(client.closeCode).toBe(1001)
  })

  test('mutes one instrument; its trades happen, are not sent, and are told apart', async () => {
    const simulator = await runningSimulator(small)
    const client = await matchesOf(simulator, ['BTC-USD', 'ETH-USD'])
    const mute = { kind: 'mute', venue: 'coinbase', instrument: 'coinbase:BTC-USD', ms: 60_000 }
    expect((await ask(simulator, '/faults', mute)).status).toBe(200)
    const heard = client.all({ type: 'match', product_id: 'BTC-USD' }).length
    await client.wait({ type: 'match', product_id: 'ETH-USD' }, 60)
    const totals = simulator.truth.instruments()['coinbase:BTC-USD']
    expect(client.all({ type: 'match', product_id: 'BTC-USD' }).length).toBe(heard)
    expect(totals?.trades).toBe(heard)
    expect(totals?.emitted.trades).toBeGreaterThan(heard)
    const faults = await ask(simulator, '/faults')
    expect((faults.body['counts'] as { mute: number }).mute).toBeGreaterThan(0)
    expect(faults.body['active']).toMatchObject([
      { kind: 'mute', venue: 'coinbase', instrument: 'coinbase:BTC-USD' }
    ])

    await ask(simulator, '/faults', { kind: 'clear' })
    await client.wait({ type: 'match', product_id: 'BTC-USD' }, heard + 5)
    expect((await ask(simulator, '/faults')).body['active']).toEqual([])
  })

  test('refuses to start a tape where there is none', async () => {
    const simulator = await runningSimulator({ venues: [] })
    expect(await ask(simulator, '/start', {})).toMatchObject({
      status: 409,
      body: { error: { code: 'no-tape' } }
    })
  })
})
