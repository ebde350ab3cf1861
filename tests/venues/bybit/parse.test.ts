import { describe, expect, test } from 'vitest'
import { bybitLinear, bybitSpot } from '../../../src/venues/bybit/bybit.ts'
import { anInstrument } from '../../support/an-instrument.ts'
import { wrongValues } from '../../support/wrong-values.ts'
import { receivedMs } from '../venue-case.ts'
import { linearBtc, linearTickerFrame, linearTradeFrame, spotBtc } from './frames.ts'

type TradeContent = { readonly data: readonly Record<string, unknown>[] }
type TickerContent = { readonly data: Record<string, unknown> }

describe('createBybitParser', () => {
  test.each(['T', 's', 'S', 'p', 'v', 'i'])(
    'quarantines trades by the %s that is wrong',
    (field) => {
      const content = JSON.parse(linearTradeFrame) as TradeContent
      const [first, second] = content.data
      for (const value of [undefined, ...wrongValues]) {
        if (field === 'i' && typeof value === 'string' && value !== '') continue
        const frame = JSON.stringify({ ...content, data: [first, { ...second, [field]: value }] })
        expect(parse(frame)).toEqual({
          kind: 'rejected',
          reason: expect.stringMatching(new RegExp(`^data\\[1\\]\\.${field}: expected`)) as string
        })
      }
    }
  )

  test('quarantines a trade whose id is no id for its length', () => {
    const content = JSON.parse(linearTradeFrame) as TradeContent
    const named = (i: string) =>
      parse(JSON.stringify({ ...content, data: [{ ...content.data[0], i }] }))
    expect(named('7'.repeat(100))).toMatchObject({ events: [{ id: '7'.repeat(100) }] })
    expect(named('7'.repeat(101)).kind).toBe('rejected')
  })

  test('a ticker that cannot be read leaves what the one before said', () => {
    const parser = bybitLinear.createParser([linearBtc], 'test')
    const read = (frame: string) => parser.parse(Buffer.from(frame), receivedMs)
    const content = JSON.parse(linearTickerFrame) as TickerContent
    const delta = (data: Record<string, unknown>) =>
      JSON.stringify({ ...content, type: 'delta', data: { symbol: 'BTCUSDT', ...data } })
    expect(read(linearTickerFrame).kind).toBe('events')
    for (const value of [null, 'NaN', '-1', '1e400', 7, []]) {
      expect(read(delta({ bid1Price: '9', ask1Size: value })).kind).toBe('rejected')
    }
    expect(read(delta({ ask1Size: '' }))).toMatchObject({
      events: [{ kind: 'quote', bid: 65114.2, ask: 65114.3, askSize: null }]
    })
  })

  test('a new ticker snapshot forgets what the one before said', () => {
    const parser = bybitLinear.createParser([linearBtc], 'test')
    const read = (frame: string) => parser.parse(Buffer.from(frame), receivedMs)
    read(linearTickerFrame)
    const content = JSON.parse(linearTickerFrame) as TickerContent
    const bare = JSON.stringify({ ...content, data: { symbol: 'BTCUSDT', bid1Price: '5' } })
    expect(read(bare)).toMatchObject({ events: [{ bid: 5, bidSize: null, ask: null }] })
  })

  test('an instrument added keeps the tickers of the others, one removed starts anew', () => {
    const parser = bybitLinear.createParser([linearBtc], 'test')
    const read = (frame: string) => parser.parse(Buffer.from(frame), receivedMs)
    const content = JSON.parse(linearTickerFrame) as TickerContent
    const delta = JSON.stringify({
      ...content,
      type: 'delta',
      data: { symbol: 'BTCUSDT', ask1Price: '70000' }
    })
    read(linearTickerFrame)
    parser.expect?.([linearBtc, ...coins('bybit-linear', 1)])
    expect(read(delta)).toMatchObject({ events: [{ bid: 65114.2, ask: 70000 }] })
    parser.expect?.([])
    expect(read(delta).kind).toBe('unknown')
    parser.expect?.([linearBtc])
    expect(read(delta).kind).toBe('ignored')
  })

  test.each([
    ['type', 'delta'],
    ['cts', '1'],
    ['data', null],
    ['data', { s: 'BTCUSDT', b: [['65114.2', '0']], a: [] }],
    ['data', { s: 'BTCUSDT', b: [], a: [['x', '1']] }],
    ['data', { s: 'ETHUSDT', b: [], a: [] }],
    ['data', { s: 'BTCUSDT', b: 5, a: [] }]
  ])('quarantines a best level whose %s is %j', (field, value) => {
    const good = {
      topic: 'orderbook.1.BTCUSDT',
      type: 'snapshot',
      ts: 1_789_997_600_110,
      cts: 1_789_997_600_104,
      data: { s: 'BTCUSDT', b: [], a: [], u: 1, seq: 1 }
    }
    const parser = bybitSpot.createParser([spotBtc], 'test')
    const read = (frame: object) => parser.parse(Buffer.from(JSON.stringify(frame)), receivedMs)
    expect(read(good).kind).toBe('events')
    expect(read({ ...good, [field]: value })).toEqual({
      kind: 'rejected',
      reason: expect.stringMatching(new RegExp(`^${field}`)) as string
    })
  })

  test('knows pongs by their message, in the form of options too', () => {
    const forms = ['{"success":true,"ret_msg":"pong","op":"ping"}', '{"args":["1"],"op":"pong"}']
    expect(forms.map((frame) => parse(frame).kind)).toEqual(['pong', 'pong'])
  })
})

describe('subscribe', () => {
  test('asks spot for at most 10 topics a request', () => {
    const requests = bybitSpot.subscribe(coins('bybit-spot', 10), 5)
    expect(requests.map(({ instruments }) => instruments.length)).toEqual([3, 3, 3, 1])
    expect(requests.map(({ requestId }) => requestId)).toEqual(['r5', 'r6', 'r7', 'r8'])
    expect(JSON.parse(requests[3]?.frame ?? '')).toEqual({
      req_id: 'r8',
      op: 'subscribe',
      args: ['publicTrade.COIN9USDT', 'tickers.COIN9USDT', 'orderbook.1.COIN9USDT']
    })
  })

  test('keeps the topics of the fullest connection under 21,000 characters', () => {
    const longest = coins('bybit-linear', bybitLinear.limits.instrumentsPerConnection.most, 20)
    const requests = bybitLinear.subscribe(longest, 0)
    const { args } = JSON.parse(requests[0]?.frame ?? '') as { readonly args: readonly string[] }
    expect(requests).toHaveLength(1)
    expect(JSON.stringify(args).length).toBeLessThan(21_000)
  })

  test('splits what would not fit one request', () => {
    const requests = bybitLinear.subscribe(coins('bybit-linear', 400), 0)
    expect(requests.length).toBeGreaterThan(1)
    for (const { frame } of requests) expect(frame.length).toBeLessThan(21_000)
  })
})

function parse(frame: string) {
  return bybitLinear.createParser([linearBtc], 'test').parse(Buffer.from(frame), receivedMs)
}

function coins(venue: string, count: number, length = 0) {
  return Array.from(Array(count).keys(), (index) =>
    anInstrument({
      venue,
      symbol: `COIN${index}-USDT`,
      venueSymbol: `COIN${index}USDT`.padEnd(length, 'X')
    })
  )
}
