import { connect as connectTcp } from 'node:net'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import {
  candleShape,
  connectionShape,
  errorShape,
  healthShape,
  listShape,
  priceShape,
  tradeShape
} from '../../../src/contracts/shapes.ts'
import type { ServerMessage } from '../../../src/contracts/state-stream.ts'
import { DeckLinks } from '../../../src/service/deck-links.ts'
import { startHttpServer, type HttpServer } from '../../../src/service/http/server.ts'
import { StreamRelay } from '../../../src/service/stream-relay.ts'
import { aCandle } from '../../support/candles.ts'
import {
  aConnectionRow,
  aHealthRow,
  anInstrumentRow,
  aPriceRow,
  aRunRow
} from '../../support/rows.ts'
import { until } from '../../support/until.ts'

type Answer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

let server: HttpServer
let relay: StreamRelay
const decks = new DeckLinks()
const choices: string[] = []
const logged: unknown[] = []

/** A relay whose engine answers queries with one row. */
function filledRelay(): StreamRelay {
  const filled = new StreamRelay()
  let deliver: (message: ServerMessage) => void = () => undefined
  filled.connect({
    send: (message) => {
      if (message.kind !== 'query') return
      const result =
        message.query.name === 'candles'
          ? {
              name: 'candles' as const,
              complete: true,
              candles: [
                aCandle(),
                aCandle({ interval: '100t', dayMs: 1_789_948_800_000, index: 7 })
              ].filter(
                (candle) =>
                  'interval' in message.query && candle.interval === message.query.interval
              )
            }
          : {
              name: 'trades' as const,
              trades: [
                {
                  instrument: 'coinbase:BTC-USD',
                  id: '9007199254740991',
                  eventMs: 1_790_000_000_000.125,
                  receivedMs: 1_790_000_000_001,
                  price: 1e-8,
                  size: 1e-8,
                  side: null
                }
              ]
            }
      deliver({ kind: 'reply', requestId: message.requestId, result, error: null })
    },
    onMessage: (listener) => {
      deliver = listener
    },
    onClose: () => undefined,
    close: () => undefined
  })
  const { publisher } = filled
  publisher.put('run', aRunRow())
  publisher.put('health', aHealthRow())
  publisher.put('connections', aConnectionRow())
  publisher.put('instruments', anInstrumentRow())
  publisher.put('prices', aPriceRow())
  publisher.put('instruments', anInstrumentRow({ id: 'bybit-spot:BTC-USDT', symbol: 'BTC-USDT' }))
  publisher.put('prices', aPriceRow({ id: 'bybit-spot:BTC-USDT', price: null, freshness: 'none' }))
  return filled
}

beforeAll(async () => {
  relay = filledRelay()
  server = await startHttpServer({
    port: 0,
    relayOf: () => relay,
    decksOf: () => decks,
    dashboard: new Map([
      ['/index.html', { body: Buffer.from('<html><head></head></html>'), type: 'text/html' }],
      ['/assets/app.js', { body: Buffer.from('1'), type: 'text/javascript' }]
    ]),
    hosts: ['desk.example:80'],
    maxClients: 2,
    nowMs: () => 1_790_000_005_000,
    log: { write: (...line) => void logged.push(line), close: () => Promise.resolve() },
    setup: (choice) => {
      choices.push(choice)
      return Promise.resolve({ accepted: true, message: null })
    }
  })
})

afterAll(() => server.close())

function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {}
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port: server.port,
        path,
        method: options.method ?? 'GET',
        headers: { host: `127.0.0.1:${server.port}`, ...options.headers }
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString()
          })
        )
      }
    )
    request.on('error', reject)
    request.end(options.body)
  })
}

const json = (answer: Answer): unknown => JSON.parse(answer.text)

describe('the HTTP API', () => {
  test('GET /health gives the documented shape', async () => {
    const answer = await ask('/health')
    expect(answer.status).toBe(200)
    expect(healthShape.strict().parse(json(answer))).toMatchObject({
      status: 'ok',
      mode: 'simulated'
    })
  })

  test('says on every answer whether its data is live or simulated', async () => {
    for (const path of [
      '/health',
      '/prices',
      '/candles?instrument=BTC-USD&interval=1s',
      '/nothing'
    ]) {
      expect((await ask(path)).headers['tapedeck-mode']).toBe('simulated')
    }
  })

  test('tells nothing of a failure inside, but logs it', async () => {
    const found = relay.publisher.find.bind(relay.publisher)
    relay.publisher.find = () => {
      relay.publisher.find = found
      throw new Error('secret detail')
    }
    const answer = await ask('/health')
    expect(answer.status).toBe(500)
    expect(answer.text).not.toContain('secret')
    expect(JSON.stringify(logged)).toContain('secret detail')
  })

  test('GET /connections gives ages, not stamps', async () => {
    const list = listShape(connectionShape.strict()).parse(json(await ask('/connections')))
    expect(list.items[0]).toMatchObject({ id: 'coinbase-01', state: 'live', lastDataAgeMs: 5_000 })
  })

  test('GET /prices filters by venue and limits', async () => {
    const all = listShape(priceShape.strict()).parse(json(await ask('/prices')))
    expect(all.items.map((item) => item.instrument)).toEqual([
      'coinbase:BTC-USD',
      'bybit-spot:BTC-USDT'
    ])
    const bybit = listShape(priceShape).parse(json(await ask('/prices?venue=bybit-spot')))
    expect(bybit.items.map((item) => item.instrument)).toEqual(['bybit-spot:BTC-USDT'])
    const one = listShape(priceShape).parse(json(await ask('/prices?limit=1')))
    expect(one.items).toHaveLength(1)
  })

  test.each(['/price/coinbase:BTC-USD', '/price/BTC-USD', '/price/coinbase%3ABTC-USD'])(
    'GET %s finds the instrument',
    async (path) => {
      expect(priceShape.strict().parse(json(await ask(path)))).toMatchObject({
        instrument: 'coinbase:BTC-USD',
        price: 64_321.31,
        freshness: 'live'
      })
    }
  )

  test('GET /candles gives time candles without index', async () => {
    const answer = await ask('/candles?instrument=BTC-USD&interval=1s&limit=10')
    expect(listShape(candleShape.strict()).parse(json(answer)).items[0]).not.toHaveProperty('index')
  })

  test('GET /candles gives tick candles with index and closeMs', async () => {
    const answer = await ask('/candles?instrument=BTC-USD&interval=100t')
    expect(listShape(candleShape.strict()).parse(json(answer)).items[0]).toMatchObject({
      index: 7,
      closeMs: 1_790_000_001_000
    })
  })

  test('GET /trades gives ids as text and numbers exactly', async () => {
    const answer = await ask('/trades?instrument=BTC-USD&from=2026-09-21T00:00:00Z')
    expect(listShape(tradeShape.strict()).parse(json(answer)).items[0]).toMatchObject({
      id: '9007199254740991',
      price: 1e-8,
      eventMs: 1_790_000_000_000.125
    })
  })

  test.each([
    ['/price/NOPE-USD', 404, 'unknown-instrument', 'instrument'],
    ['/price/%E0%A4%A', 404, 'unknown-instrument', 'instrument'],
    ['/candles?interval=1m', 400, 'missing-parameter', 'instrument'],
    ['/candles?instrument=BTC-USD', 400, 'missing-parameter', 'interval'],
    ['/candles?instrument=BTC-USD&interval=7m', 400, 'bad-parameter', 'interval'],
    ['/candles?instrument=BTC-USD&interval=1m&from=yesterday', 400, 'bad-parameter', 'from'],
    ['/candles?instrument=BTC-USD&interval=1m&from=5&to=5', 400, 'bad-parameter', 'from'],
    ['/candles?instrument=BTC-USD&interval=1m&limit=0', 400, 'bad-parameter', 'limit'],
    ['/prices?limit=ten', 400, 'bad-parameter', 'limit'],
    ['/prices?limit=1&limit=2', 400, 'bad-parameter', 'limit'],
    ['/health?verbose=1', 400, 'unknown-parameter', 'verbose'],
    ['/nothing', 404, 'not-found', undefined]
  ])('GET %s answers %i %s naming %s', async (path, status, code, parameter) => {
    const answer = await ask(path)
    expect(answer.status).toBe(status)
    const { error } = errorShape.parse(json(answer))
    expect(error.code).toBe(code)
    expect(error.parameter).toBe(parameter)
  })

  test('serves the built page and nothing beside it', async () => {
    expect((await ask('/dashboard')).text).toContain('<meta name="tapedeck-token"')
    expect((await ask('/assets/app.js')).text).toBe('1')
    for (const path of [
      '/../package.json',
      '/%2e%2e/package.json',
      '//etc/passwd',
      '/assets/%00'
    ]) {
      expect((await ask(path)).status).toBe(404)
    }
  })

  test('sends a strict content security policy and no CORS header', async () => {
    const { headers } = await ask('/')
    expect(headers['content-security-policy']).toContain("script-src 'self'")
    expect(headers['access-control-allow-origin']).toBeUndefined()
  })
})

/** Sends an upgrade that is refused, and resets the connection at once. */
function resetWhileRefused(port: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connectTcp(port, '127.0.0.1', () => {
      socket.write(
        'GET /stream-state HTTP/1.1\r\nhost: evil\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'
      )
      setImmediate(() => socket.resetAndDestroy())
    })
    socket.on('error', () => undefined)
    socket.once('close', () => resolve())
  })
}

describe('the gate', () => {
  test.each([
    ['evil.example'],
    ['localhost.evil'],
    ['127.0.0.1.'],
    ['127.0.0.1:1'],
    ['127.0.0.1'],
    ['localhost:80']
  ])('refuses Host %s before any work', async (host) => {
    expect((await ask('/health', { headers: { host } })).status).toBe(403)
  })

  test('takes an extra host that the settings name, exactly', async () => {
    expect((await ask('/health', { headers: { host: 'desk.example:80' } })).status).toBe(200)
  })

  test.each(['https://evil.example', 'null', 'http://127.0.0.1:1', 'https://127.0.0.1'])(
    'refuses Origin %s',
    async (origin) => {
      expect((await ask('/health', { headers: { origin } })).status).toBe(403)
    }
  )

  const connect = (origin: string | null, path = '/stream-state') =>
    new WebSocket(`ws://127.0.0.1:${server.port}${path}`, origin === null ? {} : { origin })
  const refusal = (socket: WebSocket) =>
    new Promise<string>((resolve) => {
      socket.on('error', (error) => resolve(error.message))
      socket.on('open', () => resolve('open'))
    })

  test('refuses an upgrade without an origin or from another', async () => {
    expect(await refusal(connect(null))).toContain('403')
    expect(await refusal(connect('http://evil.example'))).toContain('403')
    expect(await refusal(connect(`http://127.0.0.1:${server.port}`, '/other'))).toContain('404')
  })

  test('serves replays past the same gate', async () => {
    const origin = `http://127.0.0.1:${server.port}`
    expect(await refusal(connect('http://evil.example', '/replay-state'))).toContain('403')
    const socket = connect(origin, '/replay-state')
    const heard: unknown[] = []
    socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString())))
    await until(() => socket.readyState === WebSocket.CLOSED, 'the client to be let go')
    const message = 'the engine is not running'
    expect(heard).toEqual([{ kind: 'refused', error: { code: 'deck-ended', message } }])
  })

  test('survives a client that resets while it is being refused', async () => {
    for (let attempt = 0; attempt < 20; attempt += 1) await resetWhileRefused(server.port)
    expect((await ask('/health')).status).toBe(200)
  })

  test('limits the number of clients', async () => {
    const origin = `http://127.0.0.1:${server.port}`
    const sockets = [connect(origin), connect(origin)]
    expect(await Promise.all(sockets.map(refusal))).toEqual(['open', 'open'])
    expect(await refusal(connect(origin))).toContain('503')
    expect(await refusal(connect(origin, '/replay-state'))).toContain('503')
    for (const socket of sockets) socket.terminate()
    await until(() => relay.publisher.clientCount === 0, 'clients to be let go')
    const again = connect(origin)
    expect(await refusal(again)).toBe('open')
    again.terminate()
  })
})

describe('POST /setup', () => {
  const body = JSON.stringify({ choice: 'simulated' })
  const type = { 'content-type': 'application/json' }

  async function token(): Promise<string> {
    const page = (await ask('/')).text
    return /name="tapedeck-token" content="([^"]+)"/.exec(page)?.[1] ?? ''
  }

  test('needs the token of the page', async () => {
    expect((await ask('/setup', { method: 'POST', headers: type, body })).status).toBe(401)
    const wrong = { ...type, 'x-tapedeck-token': 'x'.repeat(32) }
    expect((await ask('/setup', { method: 'POST', headers: wrong, body })).status).toBe(401)
    expect(choices).toEqual([])
  })

  test('carries out a choice', async () => {
    const headers = { ...type, 'x-tapedeck-token': await token() }
    const answer = await ask('/setup', { method: 'POST', headers, body })
    expect(json(answer)).toEqual({ accepted: true, message: null })
    expect(choices).toEqual(['simulated'])
  })

  test.each([
    [{ 'content-type': 'text/plain' }, body, 415],
    [type, '{', 400],
    [type, '{"choice":"everything"}', 400],
    [type, `"${'x'.repeat(70_000)}"`, 413]
  ])('refuses %o with %#', async (headers, text, status) => {
    const withToken = { ...headers, 'x-tapedeck-token': await token() }
    expect((await ask('/setup', { method: 'POST', headers: withToken, body: text })).status).toBe(
      status
    )
  })

  test('does not change anything by GET', async () => {
    expect((await ask('/setup')).status).toBe(404)
    expect((await ask('/health', { method: 'DELETE' })).status).toBe(405)
  })
})
