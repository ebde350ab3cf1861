import { describe, expect, test } from 'vitest'
import type { SimVenueId } from '../../../src/simulator/market.ts'
import type { Simulator } from '../../../src/simulator/simulator.ts'
import { provoke } from '../../support/applied-fault.ts'
import type { FrameClient } from '../../support/frame-client.ts'
import { connected, runningSimulator } from '../../support/running-simulator.ts'
import { until } from '../../support/until.ts'

const subscriptions: Readonly<Record<string, unknown>> = {
  coinbase: {
    type: 'subscribe',
    product_ids: ['BTC-USD', 'ETH-USD'],
    channels: ['matches', 'heartbeat']
  },
  'bybit-linear': { op: 'subscribe', args: ['publicTrade.BTCUSDT'] },
  'bybit-spot': { op: 'subscribe', args: ['publicTrade.BTCUSDT'] },
  'binance-spot': { method: 'SUBSCRIBE', params: ['btcusdt@trade'], id: 1 }
}

async function busy(venue: SimVenueId): Promise<Simulator> {
  return runningSimulator({ venues: [venue], rate: 20 })
}

async function subscribed(simulator: Simulator, venue: SimVenueId): Promise<FrameClient> {
  const client = await connected(simulator.ready.venues[venue]?.wsUrl)
  client.send(subscriptions[venue])
  return client
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Newest frame that carries trades. */
function newestTrade(client: FrameClient): string | null {
  return client.texts.findLast((text) => /"match"|publicTrade|"e":/.test(text)) ?? null
}

describe('mute', () => {
  test('keeps heartbeats where it is told to', async () => {
    const simulator = await busy('coinbase')
    const client = await subscribed(simulator, 'coinbase')
    await client.wait({ type: 'match' }, 5)
    provoke(simulator, { kind: 'mute', venue: 'coinbase', ms: 60_000, keep: 'heartbeats' })
    const matches = client.all({ type: 'match' }).length
    await client.wait({ type: 'heartbeat' }, client.all({ type: 'heartbeat' }).length + 2)
    expect(client.all({ type: 'match' }).length - matches).toBeLessThan(3)
  })
})

describe('corrupt', () => {
  test.each(['malformed', 'bom', 'two', 'garbage', 'deep'])(
    '%s is text that no parser reads',
    async (how) => {
      const simulator = await busy('bybit-linear')
      provoke(simulator, { kind: 'corrupt', venue: 'bybit-linear', how, n: 1 })
      const client = await subscribed(simulator, 'bybit-linear')
      await until(() => client.texts.some((text) => !isJson(text)), 'a damaged frame')
      await until(() => newestTrade(client) !== null, 'whole frames after it')
      expect(simulator.faults.board.counts()).toEqual({ corrupt: 1 })
    }
  )

  test('empty is a frame without a character', async () => {
    const simulator = await busy('coinbase')
    const client = await subscribed(simulator, 'coinbase')
    provoke(simulator, { kind: 'corrupt', instrument: 'coinbase:BTC-USD', how: 'empty', n: 3 })
    await until(() => client.texts.filter((text) => text === '').length === 3, 'empty frames')
    expect(simulator.faults.board.counts()).toEqual({ corrupt: 3 })
  })

  test('huge is an array of seven megabytes', async () => {
    const simulator = await busy('coinbase')
    const client = await subscribed(simulator, 'coinbase')
    provoke(simulator, { kind: 'corrupt', instrument: 'coinbase:BTC-USD', how: 'huge', n: 1 })
    await until(() => client.texts.some(({ length }) => length > 6_900_000), 'a huge frame')
    expect(client.texts.filter(({ length }) => length > 1_000)).toHaveLength(1)
  })

  test('strikes a share of the frames, the same with the same seed', async () => {
    const simulator = await busy('coinbase')
    provoke(simulator, { kind: 'corrupt', venue: 'coinbase', share: 0.1, seed: 7 })
    const client = await subscribed(simulator, 'coinbase')
    await until(() => client.texts.length > 400, 'many frames')
    const broken = client.texts.filter((text) => !isJson(text)).length
    expect(broken).toBeGreaterThan(5)
    expect(broken).toBeLessThan(120)
  })
})

describe('mutate', () => {
  test.each([
    ['rename', '"price_renamed":"'],
    ['extra', '"extra_field":{'],
    ['null', '"price":null'],
    ['empty', '"price":""'],
    ['nan', '"price":"NaN"'],
    ['negative', '"price":"-'],
    ['zero', '"price":"0"'],
    ['infinite', '"price":"1e400"'],
    ['object', '"price":{'],
    ['prototype', '"__proto__":{'],
    ['mystery', '"price":"mystery"']
  ])('%s shows as %s', async (change, text) => {
    const simulator = await busy('coinbase')
    provoke(simulator, { kind: 'mutate', instrument: 'coinbase:BTC-USD', change })
    const client = await subscribed(simulator, 'coinbase')
    await until(() => client.texts.some((each) => each.includes(text)), `a frame with ${text}`)
    expect(client.texts.some(isJson)).toBe(true)
  })

  test.each([
    ['coinbase', 'type', 'mystery', /"type":"mystery"/],
    ['coinbase', 'id', 'beyond-integers', /"trade_id":90071992547409931234/],
    ['coinbase', 'time', 'drop', /"type":"match".*"sequence":\d+\}$/],
    ['bybit-linear', 'price', 'rename', /"p_renamed":"/],
    ['bybit-linear', 'time', 'infinite', /"T":1e400/],
    ['bybit-spot', 'size', 'zero', /"v":"0"/],
    ['binance-spot', 'size', 'negative', /"q":"-/]
  ] as const)('in %s changes the %s: %s', async (venue, field, change, text) => {
    const simulator = await busy(venue)
    provoke(simulator, { kind: 'mutate', venue, field, change })
    const client = await subscribed(simulator, venue)
    await until(() => client.texts.some((each) => text.test(each)), `a frame with ${String(text)}`)
    expect(simulator.faults.board.counts()['mutate']).toBeGreaterThan(0)
  })
})

describe('times', () => {
  test.each([
    ['coinbase', 'past', /"time":"1970-01-01T00:00:00\.000/],
    ['coinbase', 'future', /"time":"2100-01-01T00:00:00\.000/],
    ['bybit-linear', 'past', /"T":0,/],
    ['bybit-linear', 'future', /"T":4102444800000,/],
    ['binance-spot', 'past', /"T":0,/]
  ] as const)('%s tells trades of the %s', async (venue, to, expected) => {
    const simulator = await busy(venue)
    provoke(simulator, { kind: 'times', venue, to })
    const client = await subscribed(simulator, venue)
    await until(() => newestTrade(client) !== null, 'a trade')
    expect(newestTrade(client)).toMatch(expected)
  })

  test('back and offset move what was true', async () => {
    const simulator = await busy('bybit-linear')
    const scope = { kind: 'times', venue: 'bybit-linear' }
    provoke(simulator, { ...scope, to: 'offset', byMs: 7_200_000 })
    const client = await subscribed(simulator, 'bybit-linear')
    await until(() => newestTrade(client) !== null, 'a trade')
    const times = /"ts":(\d+).*?"T":(\d+)/.exec(newestTrade(client) ?? '')
    const aheadMs = [1, 2].map((at) => Number(times?.[at]) - Date.now())
    for (const each of aheadMs) expect(Math.round(each / 3_600_000)).toBe(2)
  })
})

describe('no-ack', () => {
  test('serves a subscription and never acknowledges it', async () => {
    const simulator = await busy('coinbase')
    provoke(simulator, { kind: 'no-ack', venue: 'coinbase', ms: 60_000 })
    const client = await subscribed(simulator, 'coinbase')
    await client.wait({ type: 'match' }, 20)
    expect(client.all({ type: 'subscriptions' })).toEqual([])
  })
})

describe('deaf', () => {
  test('does not hear so many messages', async () => {
    const simulator = await busy('coinbase')
    provoke(simulator, { kind: 'deaf', venue: 'coinbase', n: 1 })
    const client = await subscribed(simulator, 'coinbase')
    await until(() => simulator.faults.board.counts()['deaf'] === 1, 'the message to be ignored')
    expect(client.texts).toEqual([])
    client.send(subscriptions['coinbase'])
    await client.wait({ type: 'subscriptions' })
  })
})
