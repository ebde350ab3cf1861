import { afterEach, describe, expect, test } from 'vitest'
import type { LimitedVenueServer } from '../../src/simulator/http/breaches.ts'
import { startCoinbaseServer } from '../../src/simulator/coinbase/server.ts'
import type { CoinbaseTuning } from '../../src/simulator/coinbase/tuning.ts'
import { FrameClient } from '../support/frame-client.ts'
import { noFaults } from '../support/no-faults.ts'
import { RecordedTruth } from '../support/recorded-truth.ts'
import { aSimInstrument, aSimTrade, StubMarket } from '../support/stub-market.ts'
import { until } from '../support/until.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

type Stand = {
  readonly market: StubMarket
  readonly truth: RecordedTruth
  readonly server: LimitedVenueServer
  readonly client: () => Promise<FrameClient>
}

async function stand(
  tuning: Partial<CoinbaseTuning> = {},
  onSend: () => 'send' | 'drop' = () => 'send'
): Promise<Stand> {
  const market = new StubMarket([
    aSimInstrument('coinbase', 'BTC'),
    aSimInstrument('coinbase', 'ETH'),
    aSimInstrument('coinbase', 'OLD', { trading: false })
  ])
  const truth = new RecordedTruth()
  const server = await startCoinbaseServer({
    market,
    truth,
    faults: { ...noFaults, onSend },
    port: 0,
    tuning
  })
  open.push(() => server.close())
  const client = async () => {
    const made = await FrameClient.open(server.wsUrl)
    open.push(() => made.close())
    return made
  }
  return { market, truth, server, client }
}

function subscribe(
  channels: readonly unknown[],
  products: readonly string[] = ['BTC-USD']
): object {
  return { type: 'subscribe', product_ids: products, channels }
}

describe('subscriptions', () => {
  test('acknowledges cumulatively and later than the first data', async () => {
    const { market, client } = await stand()
    market.emit(aSimTrade({ id: 5 }))
    const one = await client()
    one.send(subscribe(['matches']))
    one.send(subscribe(['ticker'], ['BTC-USD', 'ETH-USD']))
    const acks = await one.wait({ type: 'subscriptions' }, 2)
    expect(acks[0]).toEqual({
      type: 'subscriptions',
      channels: [{ name: 'matches', product_ids: ['BTC-USD'], account_ids: null }]
    })
    expect(acks[1]).toEqual({
      type: 'subscriptions',
      channels: [
        { name: 'matches', product_ids: ['BTC-USD'], account_ids: null },
        {
          name: 'ticker',
          product_ids: expect.arrayContaining(['BTC-USD', 'ETH-USD']) as unknown,
          account_ids: null
        }
      ]
    })
    const types = one.frames.map((frame) => frame['type'])
    expect(types.indexOf('last_match')).toBeLessThan(types.indexOf('subscriptions'))
  })

  test('takes objects with products of their own beside bare names', async () => {
    const { client } = await stand()
    const one = await client()
    one.send(subscribe(['matches', { name: 'heartbeat', product_ids: ['ETH-USD'] }]))
    const [ack] = await one.wait({ type: 'subscriptions' })
    expect(ack?.['channels']).toEqual([
      { name: 'matches', product_ids: ['BTC-USD'], account_ids: null },
      { name: 'heartbeat', product_ids: ['ETH-USD'], account_ids: null }
    ])
  })

  test.each([
    {
      name: 'an unknown product',
      message: subscribe(['matches'], ['BTC-USD', 'NO-USD']),
      reason: 'NO-USD is not a valid product'
    },
    {
      name: 'a delisted product',
      message: subscribe(['matches'], ['OLD-USD']),
      reason: 'OLD-USD is not a valid product'
    },
    {
      name: 'an object without products',
      message: subscribe([{ name: 'matches', product_ids: [] }]),
      reason: ' is not a valid product'
    },
    { name: 'no channels', message: subscribe([]), reason: 'No channels provided' },
    {
      name: 'a channel for members',
      message: subscribe(['level2']),
      reason:
        'level2, level3, and full channels now require authentication. https://docs.cloud.coinbase.com/exchange/docs/websocket-auth'
    }
  ])('refuses the whole message for $name', async ({ message, reason }) => {
    const { market, client, truth } = await stand()
    const one = await client()
    one.send(message)
    expect(await one.wait({ type: 'error' })).toEqual([
      { type: 'error', message: 'Failed to subscribe', reason }
    ])
    market.emit(aSimTrade({ id: 1 }))
    one.send(subscribe(['ticker'], ['ETH-USD']))
    await one.wait({ type: 'subscriptions' })
    expect(one.all({ type: 'match' })).toEqual([])
    expect(truth.events).toEqual([])
  })

  test('drops a whole channel when it is named without products', async () => {
    const { market, client, truth } = await stand()
    const one = await client()
    one.send(subscribe(['matches', 'ticker'], ['BTC-USD', 'ETH-USD']))
    await one.wait({ type: 'subscriptions' })
    one.send({ type: 'unsubscribe', channels: ['matches'] })
    const acks = await one.wait({ type: 'subscriptions' }, 2)
    expect(JSON.stringify(acks[1])).not.toContain('matches')
    market.emit(aSimTrade({ id: 1 }))
    await one.wait({ type: 'ticker' })
    expect(one.all({ type: 'match' })).toEqual([])
    expect(truth.events).toEqual([
      'subscribed coinbase#1 coinbase:BTC-USD',
      'subscribed coinbase#1 coinbase:ETH-USD',
      'unsubscribed coinbase#1 coinbase:BTC-USD',
      'unsubscribed coinbase#1 coinbase:ETH-USD'
    ])
  })

  test('cuts who asks for nothing in time', async () => {
    const { client, server } = await stand({ subscribeDeadlineMs: 30 })
    const one = await client()
    await until(() => one.closeCode !== null, 'the cut')
    expect(server.breaches().idle).toBe(1)
  })

  test('keeps who asked in time', async () => {
    const { client, market } = await stand({ subscribeDeadlineMs: 200, tickerBatchMs: 10 })
    const one = await client()
    one.send(subscribe(['ticker_batch']))
    await one.wait({ type: 'subscriptions' })
    const late = await client()
    await until(() => late.closeCode !== null, 'the cut of another')
    market.emit(aSimTrade({ id: 1 }))
    await one.wait({ type: 'ticker' })
    expect(one.closeCode).toBeNull()
  })
})

describe('matches and ticker', () => {
  test('start with the newest trade before, then give every trade with the maker side', async () => {
    const { market, client, truth } = await stand()
    market.emit(aSimTrade({ id: 41 }))
    const one = await client()
    one.send(subscribe(['matches']))
    await one.wait({ type: 'subscriptions' })
    const bought = aSimTrade({ id: 42, eventMs: 1_788_335_050_104.422, takerSide: 'buy' })
    const sold = aSimTrade({ id: 43, takerSide: 'sell', size: 1e-8, sizeText: '0.00000001' })
    market.emit(bought)
    market.emit(sold)
    await one.wait({ type: 'match' }, 2)
    const trades = one.frames.filter((frame) => frame['trade_id'] !== undefined)
    expect(trades.map((frame) => [frame['type'], frame['trade_id'], frame['side']])).toEqual([
      ['last_match', 41, 'sell'],
      ['match', 42, 'sell'],
      ['match', 43, 'buy']
    ])
    expect(trades[1]).toMatchObject({
      price: '100.00',
      size: '0.50000000',
      sequence: bought.sequence,
      time: '2026-09-02T07:44:10.104422Z'
    })
    expect(truth.sentTrades).toEqual([
      { connection: 'coinbase#1', trade: bought },
      { connection: 'coinbase#1', trade: sold }
    ])
  })

  test('share sequence and trade id, with opposite sides', async () => {
    const { market, client } = await stand()
    const one = await client()
    one.send(subscribe(['matches', 'ticker']))
    await one.wait({ type: 'subscriptions' })
    for (let id = 1; id <= 20; id += 1) {
      market.emit(aSimTrade({ id, takerSide: id % 3 === 0 ? 'sell' : 'buy' }))
    }
    const tickers = await one.wait({ type: 'ticker' }, 20)
    const matches = one.all({ type: 'match' })
    expect(matches).toHaveLength(20)
    for (const ticker of tickers) {
      const match = matches.find((one) => one['trade_id'] === ticker['trade_id'])
      expect(match?.['sequence']).toBe(ticker['sequence'])
      expect(match?.['side']).toBe(ticker['side'] === 'buy' ? 'sell' : 'buy')
    }
  })

  test('combine a cascade into one ticker but keep its matches', async () => {
    const { market, client } = await stand()
    const one = await client()
    one.send(subscribe(['matches', 'ticker']))
    await one.wait({ type: 'subscriptions' })
    const cascade = { eventMs: 1_788_335_041_000.5, takerSide: 'buy' } as const
    for (const id of [1, 2, 3]) market.emit(aSimTrade({ id, ...cascade }))
    market.emit(aSimTrade({ id: 4, eventMs: 1_788_335_041_001 }))
    const tickers = await one.wait({ type: 'ticker' }, 2)
    expect(tickers.map((ticker) => ticker['trade_id'])).toEqual([3, 4])
    const matches = one.all({ type: 'match' })
    expect(matches.map((match) => match['trade_id'])).toEqual([1, 2, 3, 4])
    expect(new Set(matches.map((match) => match['taker_order_id'])).size).toBe(2)
    expect(new Set(matches.map((match) => match['maker_order_id'])).size).toBe(4)
  })

  test('give one ticker at once from an old trade', async () => {
    const { market, client } = await stand()
    market.emit(aSimTrade({ id: 9 }))
    const one = await client()
    one.send(subscribe(['ticker']))
    const [ticker] = await one.wait({ type: 'ticker' })
    expect(ticker).toMatchObject({ trade_id: 9, best_bid: '99.99', best_ask_size: '2.00000000' })
  })

  test('send one frame text to all who listen, and nothing to others', async () => {
    const { market, client } = await stand()
    const [one, two, other] = [await client(), await client(), await client()]
    one.send(subscribe(['matches']))
    two.send(subscribe(['matches']))
    other.send(subscribe(['matches'], ['ETH-USD']))
    for (const each of [one, two, other]) await each.wait({ type: 'subscriptions' })
    market.emit(aSimTrade({ id: 1 }))
    await one.wait({ type: 'match' })
    await two.wait({ type: 'match' })
    expect(two.texts).toEqual(one.texts)
    expect(other.all({ type: 'match' })).toEqual([])
  })

  test('leave a dropped frame out of the truth', async () => {
    let drops = false
    const { market, client, truth } = await stand({}, () => (drops ? 'drop' : 'send'))
    const one = await client()
    one.send(subscribe(['matches']))
    await one.wait({ type: 'subscriptions' })
    drops = true
    market.emit(aSimTrade({ id: 1 }))
    drops = false
    market.emit(aSimTrade({ id: 2 }))
    await one.wait({ type: 'match' })
    expect(one.all({ type: 'match' }).map((match) => match['trade_id'])).toEqual([2])
    expect(truth.sentTrades.map(({ trade }) => trade.id)).toEqual([2])
  })

  test('batch the ticker: only products that changed', async () => {
    const { market, client } = await stand({ tickerBatchMs: 20 })
    const one = await client()
    one.send(subscribe(['ticker_batch'], ['BTC-USD', 'ETH-USD']))
    await one.wait({ type: 'subscriptions' })
    market.emit(aSimTrade({ id: 1 }))
    market.emit(aSimTrade({ id: 2, eventMs: 1_788_335_042_000 }))
    expect(await one.wait({ type: 'ticker' })).toMatchObject([{ trade_id: 2 }])
    market.emit(aSimTrade({ id: 3 }))
    await one.wait({ type: 'ticker' }, 2)
    expect(one.all({ type: 'ticker' }).map((ticker) => ticker['trade_id'])).toEqual([2, 3])
  })
})

describe('heartbeat, level2_batch and status', () => {
  test('beat with the newest trade and sequence of each product', async () => {
    const { market, client } = await stand({ heartbeatMs: 20 })
    const trade = aSimTrade({ id: 77 })
    market.emit(trade)
    market.clockMs = 1_788_335_050_900.5
    const one = await client()
    one.send(subscribe(['heartbeat']))
    const [beat] = await one.wait({ type: 'heartbeat' })
    expect(beat).toEqual({
      type: 'heartbeat',
      last_trade_id: 77,
      product_id: 'BTC-USD',
      sequence: trade.sequence,
      time: '2026-09-02T07:44:10.000000Z'
    })
  })

  test('show the whole book, then absolute changes, zero for levels that went', async () => {
    const { market, client } = await stand({ bookMs: 5 })
    market.setBook(
      'coinbase:BTC-USD',
      [
        ['100.00', '1'],
        ['99.00', '2']
      ],
      [['101.00', '3']]
    )
    const one = await client()
    one.send(subscribe(['level2_batch']))
    const [snapshot] = await one.wait({ type: 'snapshot' })
    expect(snapshot).toEqual({
      type: 'snapshot',
      product_id: 'BTC-USD',
      bids: [
        ['100.00', '1'],
        ['99.00', '2']
      ],
      asks: [['101.00', '3']]
    })
    market.setBook(
      'coinbase:BTC-USD',
      [['100.00', '1.5']],
      [
        ['101.00', '3'],
        ['102.00', '4']
      ]
    )
    const [update] = await one.wait({ type: 'l2update' })
    expect(update?.['changes']).toEqual([
      ['buy', '100.00', '1.5'],
      ['buy', '99.00', '0'],
      ['sell', '102.00', '4']
    ])
  })

  test('bring earlier listeners up to date before a new one gets its snapshot', async () => {
    const { market, client } = await stand({ bookMs: 3_600_000 })
    market.setBook('coinbase:BTC-USD', [['100.00', '1']], [['101.00', '3']])
    const [one, two] = [await client(), await client()]
    one.send(subscribe(['level2_batch']))
    await one.wait({ type: 'snapshot' })
    market.setBook('coinbase:BTC-USD', [['100.00', '2']], [['101.00', '3']])
    two.send(subscribe(['level2_batch']))
    await two.wait({ type: 'snapshot' })
    const [update] = await one.wait({ type: 'l2update' })
    expect(update?.['changes']).toEqual([['buy', '100.00', '2']])
  })

  test('list products and currencies in one status frame, delisted ones too', async () => {
    const { client } = await stand()
    const one = await client()
    one.send({ type: 'subscribe', channels: ['status'] })
    const [status] = await one.wait({ type: 'status' })
    expect(status?.['products']).toMatchObject([
      { id: 'BTC-USD', quote_increment: '0.01', base_increment: '0.00000001', status: 'online' },
      { id: 'ETH-USD', status: 'online' },
      { id: 'OLD-USD', status: 'delisted' }
    ])
    expect(status?.['currencies']).toMatchObject([
      { id: 'BTC' },
      { id: 'USD' },
      { id: 'ETH' },
      { id: 'OLD' }
    ])
  })
})
