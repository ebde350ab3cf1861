import { describe, expect, test } from 'vitest'
import { bybitStand } from '../support/bybit-stand.ts'
import { upgradeStatus } from '../support/frame-client.ts'
import { aSimTrade } from '../support/stub-market.ts'
import { until } from '../support/until.ts'

const linear = 'bybit-linear:BTC-USDT' as const

describe('requests', () => {
  test('of linear are acknowledged with an empty message and id', async () => {
    const { client } = await bybitStand('linear')
    const one = await client()
    one.send({ op: 'subscribe', args: ['publicTrade.BTCUSDT'] })
    one.send({ req_id: 'r2', op: 'subscribe', args: ['publicTrade.ETHUSDT'] })
    const [first, second] = await one.wait({ op: 'subscribe' }, 2)
    expect(Object.keys(first ?? {})).toEqual(['success', 'ret_msg', 'conn_id', 'req_id', 'op'])
    expect(first).toMatchObject({ success: true, ret_msg: '', req_id: '' })
    expect(second).toMatchObject({ success: true, ret_msg: '', req_id: 'r2' })
    expect(second?.['conn_id']).toBe(first?.['conn_id'])
    expect(first?.['conn_id']).toMatch(/^[0-9a-z]{20}-[0-9a-z]{5}$/)
  })

  test('of spot are acknowledged with their own name, and no id where none was sent', async () => {
    const { client } = await bybitStand('spot')
    const one = await client()
    one.send({ op: 'subscribe', args: ['publicTrade.BTCUSDT'] })
    one.send({ req_id: 'r2', op: 'unsubscribe', args: ['publicTrade.BTCUSDT'] })
    const [ack] = await one.wait({ op: 'subscribe' })
    expect(Object.keys(ack ?? {})).toEqual(['success', 'ret_msg', 'conn_id', 'op'])
    expect(ack).toMatchObject({ success: true, ret_msg: 'subscribe' })
    expect(await one.wait({ op: 'unsubscribe' })).toMatchObject([
      { success: true, ret_msg: 'unsubscribe', req_id: 'r2' }
    ])
  })

  test.each(['spot', 'linear'] as const)('of %s may ping in JSON', async (category) => {
    const { client } = await bybitStand(category)
    const one = await client()
    one.send({ req_id: 'p1', op: 'ping' })
    expect(await one.wait({ ret_msg: 'pong' })).toMatchObject([
      { success: true, req_id: 'p1', op: 'ping' }
    ])
  })

  test.each([
    { args: ['publicTrade.BTCUSDT', 'liquidations:BTCUSDT'], topic: 'liquidations:BTCUSDT' },
    { args: ['publicTrade.BTCUSDT', 'publicTrade.NOUSDT'], topic: 'publicTrade.NOUSDT' },
    { args: ['publicTrade.BTCUSDT', 'orderbook.7.BTCUSDT'], topic: 'orderbook.7.BTCUSDT' },
    { args: ['publicTrade.BTCUSDT', 'kline.2.BTCUSDT'], topic: 'kline.2.BTCUSDT' }
  ])('fail as a whole for one bad topic: $topic', async ({ args, topic }) => {
    const { market, client, truth } = await bybitStand('linear')
    const one = await client()
    one.send({ op: 'subscribe', args })
    expect(await one.wait({ success: false })).toMatchObject([
      { ret_msg: `error:handler not found,topic:${topic}`, req_id: '', op: 'subscribe' }
    ])
    market.emit(aSimTrade({ instrument: linear }))
    one.send({ op: 'ping' })
    await one.wait({ ret_msg: 'pong' })
    expect(truth.events).toEqual([])
    expect(one.frames).toHaveLength(2)
  })

  test('fail for a topic held already, and keep it', async () => {
    const { market, client } = await bybitStand('linear')
    const one = await client()
    one.send({ op: 'subscribe', args: ['publicTrade.BTCUSDT'] })
    await one.wait({ success: true })
    one.send({ op: 'subscribe', args: ['publicTrade.ETHUSDT', 'publicTrade.BTCUSDT'] })
    expect(await one.wait({ success: false })).toMatchObject([
      { ret_msg: 'error:already subscribed,topic:publicTrade.BTCUSDT' }
    ])
    market.emit(aSimTrade({ instrument: linear }))
    await one.wait({ topic: 'publicTrade.BTCUSDT' })
  })

  test('hold ten topics at most on spot, any number on linear', async () => {
    const args = ['1', '3', '5', '15', '30', '60', '120', '240', '360', '720', 'D'].map(
      (interval) => `kline.${interval}.BTCUSDT`
    )
    const [onSpot, onLinear] = [await bybitStand('spot'), await bybitStand('linear')]
    const [one, two] = [await onSpot.client(), await onLinear.client()]
    one.send({ op: 'subscribe', args })
    two.send({ op: 'subscribe', args })
    expect(await one.wait({ success: false })).toMatchObject([{ ret_msg: 'args size >10' }])
    await two.wait({ success: true })
    expect(onSpot.server.breaches().messages).toBe(1)
  })

  test.each(['{', '[]', '{"op":"dance"}', '"ping"'])(
    'that are none are refused: %s',
    async (text) => {
      const { client } = await bybitStand('linear')
      const one = await client()
      one.send(text)
      expect(await one.wait({ success: false })).toMatchObject([{ ret_msg: 'error:invalid op' }])
    }
  )

  test('know no liquidations on spot', async () => {
    const { client } = await bybitStand('spot')
    const one = await client()
    one.send({ op: 'subscribe', args: ['allLiquidation.BTCUSDT'] })
    expect(await one.wait({ success: false })).toHaveLength(1)
  })
})

describe('limits', () => {
  test('refuse connections beyond the rate, beyond the number, and off the path', async () => {
    const rate = await bybitStand('linear', { connects: { perSecond: 0.001, burst: 2, ban: null } })
    expect(await upgradeStatus(rate.server.wsUrl)).toBe(101)
    expect(await upgradeStatus(rate.server.wsUrl)).toBe(101)
    expect(await upgradeStatus(rate.server.wsUrl)).toBe(403)
    const number = await bybitStand('linear', { maxConnections: 1 })
    await number.client()
    expect(await upgradeStatus(number.server.wsUrl)).toBe(403)
    expect(number.server.breaches().connects).toBe(1)
    const wrongPath = number.server.wsUrl.replace('linear', 'spot')
    expect(await upgradeStatus(wrongPath)).toBe(404)
  })

  test('cut a connection on which both sides are silent, not one that pings', async () => {
    const { client, server } = await bybitStand('linear', { idleMs: 500, idleScanMs: 10 })
    const [silent, pinging] = [await client(), await client()]
    const pings = setInterval(() => pinging.send({ op: 'ping' }), 20)
    await until(() => silent.closeCode !== null, 'the cut')
    clearInterval(pings)
    expect(pinging.closeCode).toBeNull()
    expect(server.breaches().idle).toBe(1)
  })
})
