import { describe, expect, onTestFinished, test } from 'vitest'
import { startEodhdServer } from '../../src/simulator/eodhd/server.ts'
import { eodhdTuning, type EodhdTuning } from '../../src/simulator/eodhd/tuning.ts'
import { FaultBoard } from '../../src/simulator/faults/fault-board.ts'
import { Truth } from '../../src/simulator/truth.ts'
import { aSeededMarket, seededStartMs } from '../support/a-seeded-market.ts'
import { upgradeStatus, type Json } from '../support/frame-client.ts'
import { connected } from '../support/running-simulator.ts'
import { until } from '../support/until.ts'

const authorized = { status_code: 200, message: 'Authorized' }
/** The trade of protocols/eodhd.md. */
const documentedTrade = {
  s: 'AAPL',
  p: 300.25,
  c: [],
  v: 3,
  dp: false,
  ms: 'extended-hours',
  t: 1_790_000_000_789
}

async function aServer(tuning: Partial<EodhdTuning> = {}) {
  const running = aSeededMarket({ venues: ['eodhd'] })
  const truth = new Truth()
  running.market.listen({ trade: (trade) => truth.emitted(trade) })
  const server = await startEodhdServer({
    market: running.market,
    truth,
    faults: new FaultBoard(() => performance.now()),
    port: 0,
    tuning: { authorizeMs: { from: 0, to: 0 }, late: { share: 0, maxMs: 0 }, ...tuning }
  })
  onTestFinished(() => server.close())
  const open = (key: string) => connected(`${server.wsUrl}?api_token=${key}`)
  const openAuthorized = async (key: string) => {
    const client = await open(key)
    await client.wait(authorized)
    return client
  }
  return { ...running, truth, server, open, openAuthorized }
}

function tradesIn(frames: readonly Json[], symbol: string): Json[] {
  return frames.filter((frame) => frame['s'] === symbol)
}

const types = (frame: Json) =>
  Object.entries(frame).map(
    ([key, value]) => `${key}: ${Array.isArray(value) ? 'array' : typeof value}`
  )

describe('the WebSocket of startEodhdServer', () => {
  test('authorizes 0.3 to 0.6 seconds after the upgrade unless told otherwise', () => {
    expect(eodhdTuning.authorizeMs).toEqual({ from: 300, to: 600 })
  })

  test('sends every trade of a symbol in the documented shape, without an acknowledgement', async () => {
    const { openAuthorized, run, of, truth } = await aServer()
    const client = await openAuthorized('key')
    client.send({ action: 'subscribe', symbols: 'AAPL,MSFT' })
    await until(() => truth.isSubscribed('eodhd:MSFT'), 'the subscription')
    run(30_000)
    const expected = of('eodhd:AAPL')
    await client.wait({ s: 'AAPL' }, expected.length)
    const received = tradesIn(client.frames, 'AAPL')
    expect(received.map(({ p, v, c, t }) => [p, v, c, t])).toEqual(
      expected.map(({ price, size, conditions, eventMs }) => {
        return [price, size, conditions, Math.floor(eventMs)]
      })
    )
    for (const frame of received) expect(types(frame)).toEqual(types(documentedTrade))
    expect(client.texts[1]).toContain('"s":')
    expect(truth.instruments()['eodhd:AAPL']?.trades).toBe(expected.length)
    expect(new Set(client.frames.slice(1).map((frame) => frame['s']))).toEqual(
      new Set(['AAPL', 'MSFT'])
    )
  })

  test('drops a client that subscribes before it is let in', async () => {
    const { open } = await aServer({ authorizeMs: { from: 60_000, to: 60_000 } })
    const client = await open('key')
    client.send({ action: 'subscribe', symbols: 'AAPL' })
    await until(() => client.closeCode !== null, 'the connection to be dropped')
    expect(client.frames).toEqual([{ status: 500, message: 'Server error' }])
  })

  test.each(['bad', 'bad-key', ''])(
    'tells a bad key (%j) after the upgrade and closes',
    async (key) => {
      const { open } = await aServer()
      const client = await open(key)
      await until(() => client.closeCode !== null, 'the connection to close')
      expect(client.frames).toEqual([{ status: 403, message: 'Server error' }])
    }
  )

  test.each([
    { action: 'subscribe', symbols: ['AAPL'] },
    { action: 'subscribe', symbols: 5 },
    { action: 'subscribe' },
    { symbols: 'AAPL' },
    'no json'
  ])('refuses %j and stays', async (message) => {
    const { openAuthorized, truth } = await aServer()
    const client = await openAuthorized('key')
    client.send(message)
    await client.wait({ status_code: 422, message: 'Action and symbols should be string' })
    expect(truth.instruments()).toEqual({})
    expect(client.closeCode).toBeNull()
  })

  test('refuses a whole message that takes a key beyond 50 symbols over its connections', async () => {
    const { openAuthorized, market, truth } = await aServer()
    const symbols = market.instruments('eodhd').map(({ venueSymbol }) => venueSymbol)
    const first = await openAuthorized('key')
    const second = await openAuthorized('key')
    const stranger = await openAuthorized('other')
    first.send({ action: 'subscribe', symbols: symbols.slice(0, 40).join(',') })
    await until(() => truth.isSubscribed(`eodhd:${symbols[39] ?? ''}`), 'the first 40')
    second.send({ action: 'subscribe', symbols: symbols.slice(40, 51).join(',') })
    const limit = { status_code: 422, message: 'Symbols limit reached' }
    await second.wait(limit)
    expect(Object.keys(truth.instruments())).toHaveLength(40)

    stranger.send({ action: 'subscribe', symbols: symbols.slice(40, 51).join(',') })
    await until(() => Object.keys(truth.instruments()).length === 51, 'another key')

    first.send({ action: 'unsubscribe', symbols: symbols[0] })
    await until(() => !truth.isSubscribed(`eodhd:${symbols[0] ?? ''}`), 'one to be given back')
    second.send({ action: 'subscribe', symbols: symbols.slice(40, 51).join(',') })
    await until(() => truth.instruments()[`eodhd:${symbols[50] ?? ''}`]?.subscribers === 2, 'room')
    expect(second.all(limit)).toHaveLength(1)
  })

  test('gives the symbols of a lost connection back to its key', async () => {
    const { openAuthorized, market, truth } = await aServer({ symbolsPerKey: 2 })
    const lost = await openAuthorized('key')
    lost.send({ action: 'subscribe', symbols: 'AAPL,MSFT' })
    await until(() => truth.isSubscribed('eodhd:MSFT'), 'the first subscription')
    await lost.close()
    await until(() => !truth.isSubscribed('eodhd:MSFT'), 'the server to notice')
    const next = await openAuthorized('key')
    next.send({ action: 'subscribe', symbols: 'SPY,QLD' })
    await until(() => truth.isSubscribed('eodhd:QLD'), 'the second subscription')
    expect(market.find('eodhd', 'QLD')).not.toBeNull()
    expect(next.all({ status_code: 422 })).toEqual([])
  })

  test('takes unknown symbols in silence and sends nothing for them', async () => {
    const { openAuthorized, run, truth } = await aServer()
    const client = await openAuthorized('key')
    client.send({ action: 'subscribe', symbols: 'NOSUCH,AAPL' })
    await until(() => truth.isSubscribed('eodhd:AAPL'), 'the subscription')
    run(20_000)
    await client.wait({ s: 'AAPL' })
    expect(Object.keys(truth.instruments())).toEqual(['eodhd:AAPL'])
  })

  test('shows three symbols to the key demo', async () => {
    const { openAuthorized, truth } = await aServer()
    const client = await openAuthorized('demo')
    client.send({ action: 'subscribe', symbols: 'SPY,TSLA' })
    await until(() => truth.isSubscribed('eodhd:TSLA'), 'the subscription')
    expect(truth.isSubscribed('eodhd:SPY')).toBe(false)
  })

  test('sends some trades after newer ones, and loses none', async () => {
    const { openAuthorized, run, of, truth } = await aServer({ late: { share: 0.3, maxMs: 30 } })
    const client = await openAuthorized('key')
    client.send({ action: 'subscribe', symbols: 'SPY' })
    await until(() => truth.isSubscribed('eodhd:SPY'), 'the subscription')
    run(20_000)
    const expected = of('eodhd:SPY')
    await client.wait({ s: 'SPY' }, expected.length)
    const times = tradesIn(client.frames, 'SPY').map(({ t }) => Number(t))
    expect(times).not.toEqual(times.toSorted((a, b) => a - b))
    expect(times.toSorted((a, b) => a - b)).toEqual(
      expected.map(({ eventMs }) => Math.floor(eventMs)).toSorted((a, b) => a - b)
    )
    expect(truth.instruments()['eodhd:SPY']?.trades).toBe(expected.length)
  })

  test('upgrades on the path of US trades only', async () => {
    const { server } = await aServer()
    const other = server.wsUrl.replace('/ws/us', '/ws/forex')
    expect(await upgradeStatus(`${other}?api_token=key`)).toBe(404)
  })
})

describe('the REST of startEodhdServer', () => {
  async function ask(path: string, key = 'key') {
    const running = await aServer()
    const separator = path.includes('?') ? '&' : '?'
    const url = `${running.server.restUrl}${path}${separator}api_token=${key}&fmt=json`
    const response = await fetch(url)
    return { ...running, response, text: await response.text() }
  }

  test('lists the US symbols', async () => {
    const { text, market } = await ask('/exchange-symbol-list/US')
    const listed = JSON.parse(text) as Json[]
    expect(listed.map((row) => row['Code'])).toEqual(
      market.instruments('eodhd').map(({ venueSymbol }) => venueSymbol)
    )
    expect(Object.keys(listed[0] ?? {})).toEqual([
      'Code',
      'Name',
      'Country',
      'Exchange',
      'Currency',
      'Type',
      'Isin'
    ])
  })

  test('serves whole intraday candles, oldest first, in seconds UTC', async () => {
    const toS = Math.floor(seededStartMs / 1000)
    const { text, market } = await ask(`/intraday/QLD.US?interval=5m&from=${toS - 7200}&to=${toS}`)
    const rows = JSON.parse(text) as Json[]
    const wholeMs = seededStartMs - 300_000
    const candles = market.candles('eodhd:QLD', 300_000, (toS - 7200) * 1000, wholeMs)
    expect(rows.length).toBeGreaterThan(20)
    expect(rows.map(({ timestamp, open, close }) => [timestamp, open, close])).toEqual(
      candles.map(({ openMs, open, close }) => [openMs / 1000, open, close])
    )
    expect(rows[0]).toMatchObject({
      gmtoffset: 0,
      datetime: new Date(candles[0]?.openMs ?? 0).toISOString().slice(0, 19).replace('T', ' ')
    })
  })

  test('tells the price of a quarter of an hour ago', async () => {
    const { text, market } = await ask('/real-time/QLD.US')
    const atMs = seededStartMs - 900_000
    const day = market.candles('eodhd:QLD', 60_000, atMs - 86_400_000, atMs)
    expect(JSON.parse(text)).toMatchObject({
      code: 'QLD.US',
      timestamp: Math.floor(atMs / 1000),
      open: day[0]?.open,
      close: day.at(-1)?.close
    })
  })

  test('tells NA for a ticker that it does not know', async () => {
    const { text, response } = await ask('/real-time/NOSUCH.US')
    expect(response.status).toBe(200)
    expect(JSON.parse(text)).toMatchObject({ code: 'NOSUCH.US', close: 'NA' })
  })

  test('tells its time in the Date header', async () => {
    const { response } = await ask('/exchange-symbol-list/US')
    expect(response.headers.get('date')).toBe(new Date(seededStartMs).toUTCString())
  })

  test.each([
    ['/intraday/NOSUCH.US', 404, /Ticker Not Found/],
    ['/exchange-symbol-list/MARS', 404, /Exchange Not Found/],
    ['/intraday/QLD.US?interval=7m', 200, /errors.*interval/],
    ['/intraday/QLD.US?interval=1m&from=1&to=1788335057', 200, /errors.*120 days/],
    ['/nothing', 404, /Not found/]
  ])('answers %s with %i', async (path, status, body) => {
    const { response, text } = await ask(path)
    expect(response.status).toBe(status)
    expect(text).toMatch(body)
  })

  test('refuses a bad key', async () => {
    const { response } = await ask('/exchange-symbol-list/US', 'bad')
    expect(response.status).toBe(403)
  })
})
