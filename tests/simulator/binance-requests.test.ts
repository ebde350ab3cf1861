import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { binanceStand } from '../support/binance-stand.ts'
import { upgradeStatus } from '../support/frame-client.ts'
import { aSimTrade } from '../support/stub-market.ts'
import { until } from '../support/until.ts'

const bitcoin = 'binance-spot:BTC-USDT' as const

describe('requests', () => {
  test.each([[7], ['a-7'], [null], [-1]])('are acknowledged with their id: %j', async (id) => {
    const { client } = await binanceStand()
    const one = await client()
    one.send({ method: 'SUBSCRIBE', params: ['btcusdt@trade'], id })
    expect(await one.wait({ result: null })).toEqual([{ result: null, id }])
  })

  test('are acknowledged for streams that do not exist, which stay silent', async () => {
    const { market, truth, client } = await binanceStand()
    const one = await client()
    const params = ['nousdt@trade', 'BTCUSDT@trade', 'btcusdt@trades', 'oldusdt@trade', 'x']
    one.send({ method: 'SUBSCRIBE', params, id: 1 })
    one.send({ method: 'LIST_SUBSCRIPTIONS', id: 2 })
    expect(await one.wait({ id: 2 })).toEqual([{ result: params, id: 2 }])
    market.emit(aSimTrade({ instrument: bitcoin }))
    one.send({ method: 'GET_PROPERTY', params: ['combined'], id: 3 })
    await one.wait({ id: 3 })
    expect(one.frames).toHaveLength(3)
    expect(truth.events).toEqual([])
  })

  test('end streams, and list what is left', async () => {
    const { market, client, truth } = await binanceStand()
    const one = await client('/ws/btcusdt@trade/ethusdt@trade')
    one.send({ method: 'UNSUBSCRIBE', params: ['btcusdt@trade'], id: 1 })
    one.send({ method: 'LIST_SUBSCRIPTIONS', id: 2 })
    expect(await one.wait({ id: 2 })).toMatchObject([{ result: ['ethusdt@trade'] }])
    market.emit(aSimTrade({ instrument: bitcoin }))
    market.emit(aSimTrade({ instrument: 'binance-spot:ETH-USDT', id: 9 }))
    await one.wait({ e: 'trade' })
    expect(one.all({ e: 'trade' })).toMatchObject([{ s: 'ETHUSDT', t: 9 }])
    expect(truth.events.at(-1)).toMatch(/^unsubscribed .* binance-spot:BTC-USDT$/)
  })

  test('turn the wrapping on and off; answers are never wrapped', async () => {
    const { market, client } = await binanceStand()
    const one = await client('/ws/btcusdt@trade')
    one.send({ method: 'GET_PROPERTY', params: ['combined'], id: 1 })
    expect(await one.wait({ id: 1 })).toMatchObject([{ result: false }])
    one.send({ method: 'SET_PROPERTY', params: ['combined', true], id: 2 })
    expect(await one.wait({ id: 2 })).toEqual([{ result: null, id: 2 }])
    market.emit(aSimTrade({ instrument: bitcoin }))
    await one.wait({ stream: 'btcusdt@trade' })
    const two = await client('/stream')
    two.send({ method: 'GET_PROPERTY', params: ['combined'], id: 1 })
    expect(await two.wait({ id: 1 })).toMatchObject([{ result: true }])
  })

  test.each([
    ['{', 3, /^Invalid JSON: expected value at line 1 column 1$/],
    ['{"id":1}', 2, /^Invalid request: missing field `method` at line 1 column 8$/],
    ['[]', 2, /missing field `method`/],
    ['{"method":"DANCE","id":1}', 2, /unknown variant "DANCE", expected one of `SUBSCRIBE`/],
    ['{"method":"SUBSCRIBE","params":[],"id":1.5}', 2, /request ID must be an unsigned integer/],
    ['{"method":"SUBSCRIBE","params":[]}', 2, /request ID must be an unsigned integer/],
    ['{"method":"SUBSCRIBE","id":1}', 2, /missing field `params`/],
    ['{"method":"SUBSCRIBE","params":[5],"id":1}', 2, /^Invalid request/],
    ['{"method":"LIST_SUBSCRIPTIONS","params":[1],"id":1}', 2, /too many parameters/],
    ['{"method":"GET_PROPERTY","params":[],"id":1}', 2, /property name must be a string/],
    ['{"method":"SET_PROPERTY","params":["combined",true,1],"id":1}', 2, /too many parameters/],
    ['{"method":"SET_PROPERTY","params":["combined",1],"id":1}', 1, /expected Boolean/],
    ['{"method":"GET_PROPERTY","params":["colour"],"id":1}', 0, /^Unknown property$/]
  ])('that cannot be done are refused: %s', async (text, code, message) => {
    const { client, server } = await binanceStand()
    const one = await client()
    one.send(text)
    const [refusal] = await one.wait({ code })
    expect(refusal?.['msg']).toMatch(message)
    expect(refusal?.['id']).toBe(code === 0 ? 1 : undefined)
    expect(server.breaches().messages).toBe(1)
  })
})

describe('limits', () => {
  test('cut a connection at the sixth message of a second, pings and pongs counted', async () => {
    const { client, server, truth } = await binanceStand()
    const one = await client('/ws/btcusdt@trade')
    one.socket.ping()
    one.socket.pong()
    for (let id = 1; id <= 3; id += 1) one.send({ method: 'LIST_SUBSCRIPTIONS', id })
    await one.wait({ id: 3 })
    expect(one.closeCode).toBeNull()
    one.send({ method: 'LIST_SUBSCRIPTIONS', id: 4 })
    one.send({ method: 'LIST_SUBSCRIPTIONS', id: 5 })
    await until(() => one.closeCode !== null, 'the cut')
    expect([one.closeCode, one.closeReason]).toEqual([1008, 'Too many requests'])
    expect(one.all({ id: 4 })).toEqual([])
    expect(server.breaches().messages).toBe(1)
    await until(() => truth.events.some((event) => event.startsWith('closed')), 'the end')
  })

  test('cut a connection that asks for more streams than it may hold', async () => {
    const { client } = await binanceStand({ streamsPerConnection: 3 })
    const one = await client('/ws/a@trade/b@trade')
    one.send({ method: 'SUBSCRIBE', params: ['b@trade', 'c@trade'], id: 1 })
    await one.wait({ id: 1 })
    one.send({ method: 'SUBSCRIBE', params: ['d@trade'], id: 2 })
    await until(() => one.closeCode !== null, 'the cut')
    expect(one.closeCode).toBe(1008)
  })

  test('refuse connections beyond the number, ban who goes on, and know three paths', async () => {
    const { server } = await binanceStand({
      connects: { most: 3, withinMs: 300_000 },
      ban: { strikes: 2, withinMs: 60_000, firstMs: 120_000, mostMs: 120_000 }
    })
    const root = server.restUrl.replace('http', 'ws')
    expect(await upgradeStatus(`${root}/other`)).toBe(404)
    for (const path of ['/ws', '/ws/btcusdt@trade', '/stream?streams=btcusdt@trade']) {
      expect(await upgradeStatus(root + path)).toBe(101)
    }
    expect(await upgradeStatus(`${root}/ws`)).toBe(429)
    expect(await upgradeStatus(`${root}/ws`)).toBe(418)
    expect(await upgradeStatus(`${root}/ws`)).toBe(418)
    expect((await fetch(`${server.restUrl}/api/v3/time`)).status).toBe(418)
    expect(server.breaches()).toMatchObject({ connects: 3, bans: 1, requests: 1 })
  })

  test('count cuts for too many messages towards a ban', async () => {
    const { client, ask } = await binanceStand({
      messages: { most: 0, withinMs: 1000 },
      ban: { strikes: 1, withinMs: 60_000, firstMs: 120_000, mostMs: 120_000 }
    })
    const one = await client()
    one.send({ method: 'LIST_SUBSCRIPTIONS', id: 1 })
    await until(() => one.closeCode === 1008, 'the cut')
    expect((await ask('time')).status).toBe(418)
  })
})

describe('a connection', () => {
  test('is pinged, and cut when it does not answer with what the ping said', async () => {
    const { server } = await binanceStand({
      pingMs: 10,
      pongDeadlineMs: 60,
      messages: { most: 1_000_000, withinMs: 1000 }
    })
    const pings: string[] = []
    const codes: number[] = []
    const answering = new WebSocket(server.wsUrl)
    const silent = new WebSocket(server.wsUrl, { autoPong: false })
    onTestFinished(() => {
      answering.terminate()
      silent.terminate()
    })
    answering.on('ping', (payload: Buffer) => pings.push(payload.toString()))
    silent.on('open', () => setInterval(() => silent.pong(''), 5).unref())
    silent.on('close', (code: number) => codes.push(code))
    await until(() => codes.length === 1, 'the cut')
    expect(codes).toEqual([1008])
    expect(server.breaches().idle).toBe(1)
    const before = pings.length
    await until(() => pings.length > before + 10, 'more pings for the one that answers')
    expect(answering.readyState).toBe(WebSocket.OPEN)
    expect(pings[0]).toMatch(/^\d{13}$/)
  })

  test('ends when it is old', async () => {
    const { client } = await binanceStand({ lifetimeMs: 50 })
    const one = await client()
    await until(() => one.closeCode !== null, 'the end')
    expect(one.closeCode).toBe(1001)
  })

  test('is told of a shutdown, raw and combined, and closed after the notice', async () => {
    const { client, server, market } = await binanceStand()
    const [raw, combined] = [await client(), await client('/stream?streams=btcusdt@trade')]
    for (const each of [raw, combined]) {
      each.send({ method: 'LIST_SUBSCRIPTIONS', id: 1 })
      await each.wait({ id: 1 })
    }
    server.announceShutdown(20)
    await raw.wait({ e: 'serverShutdown', E: market.clockMs })
    const [wrapped] = await combined.wait({ stream: '!serverShutdown' })
    expect(wrapped?.['data']).toEqual({ e: 'serverShutdown', E: market.clockMs })
    await until(() => raw.closeCode !== null && combined.closeCode !== null, 'the end')
    expect([raw.closeCode, combined.closeCode]).toEqual([1001, 1001])
    const later = await client()
    later.send({ method: 'LIST_SUBSCRIPTIONS', id: 1 })
    await later.wait({ id: 1 })
    expect(later.frames).toHaveLength(1)
  })
})
