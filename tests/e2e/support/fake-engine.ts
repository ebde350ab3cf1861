import { createServer, type Server } from 'node:http'
import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { WebSocketServer, type WebSocket } from 'ws'
import { StatePublisher } from '../../../src/contracts/state-publisher.ts'
import type { ConnectionRow } from '../../../src/contracts/state-rows.ts'
import { aConnectionRow, aHealthRow, aRunRow } from '../../support/rows.ts'
import { MovingMarket } from './moving-market.ts'

export type FakeEngineOptions = {
  /** Folder of the built renderer. */
  readonly folder: string
  readonly instruments: number
  readonly tradesPerSecond: number
  readonly isFirstRun?: boolean
  readonly mode?: 'live' | 'simulated' | 'replay'
  /** Connections (by number) that are down. */
  readonly down?: readonly number[]
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css'
}
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"

/** Serves the built renderer and a state stream in motion, for looking at screens without an engine. */
export class FakeEngine {
  readonly #options: FakeEngineOptions
  readonly #market: MovingMarket
  readonly #publisher: StatePublisher
  readonly #server: Server
  readonly #sockets: WebSocketServer
  readonly #timers: NodeJS.Timeout[] = []
  readonly #startedMs = Date.now()

  constructor(options: FakeEngineOptions) {
    this.#options = options
    this.#market = new MovingMarket(
      options.isFirstRun === true ? 0 : options.instruments,
      Date.now()
    )
    this.#publisher = new StatePublisher({
      query: (query) =>
        Promise.resolve(
          query.name === 'candles'
            ? { name: 'candles', candles: this.#market.history(query, Date.now()), complete: true }
            : { name: 'trades', trades: [] }
        ),
      retry: () => undefined,
      watched: () => undefined
    })
    this.#server = createServer((request, response) => {
      void this.#serve(request.url ?? '/').then(
        ({ body, type }) => {
          response.writeHead(200, { 'content-type': type, 'content-security-policy': policy })
          response.end(body)
        },
        () => {
          response.writeHead(404).end()
        }
      )
    })
    this.#sockets = new WebSocketServer({ server: this.#server, path: '/stream-state' })
    this.#sockets.on('connection', (socket) => this.#attach(socket))
  }

  async start(): Promise<string> {
    this.#fill()
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve)
    })
    const perTurn = Math.ceil(this.#options.tradesPerSecond / 30)
    this.#timers.push(
      setInterval(() => this.#turn(perTurn), 33),
      setInterval(() => this.#report(), 1_000)
    )
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return `http://127.0.0.1:${address.port}/`
  }

  /** Cuts every client off and stays away. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    for (const socket of this.#sockets.clients) socket.terminate()
    this.#server.closeAllConnections()
    await new Promise((resolve) => {
      this.#server.close(resolve)
    })
  }

  #fill(): void {
    const isEmpty = this.#market.pairs.length === 0
    this.#publisher.put(
      'run',
      aRunRow({
        mode: this.#options.mode ?? 'simulated',
        startedMs: this.#startedMs,
        clock: { runMs: this.#startedMs, wallMs: this.#startedMs, speed: 1 },
        dataFolder: '/home/trader/.local/share/tapedeck',
        diagnostics: isEmpty
          ? []
          : [
              'The clock says 14 Oct 2026, 14:02:11 in America/New_York, 2026-10-14T18:02:11Z.',
              'This run is simulated: nothing here comes from a real venue.',
              `coinbase: ${this.#market.pairs.length} instruments on ${this.#shards()} connections.`,
              'Every trade and candles of 1s 1m 100t are saved in /home/trader/.local/share/tapedeck.'
            ],
        markets: isEmpty
          ? []
          : [{ calendar: 'XNYS', state: 'closed', nextChangeMs: this.#startedMs + 18_720_000 }]
      })
    )
    for (const pair of this.#market.pairs) {
      this.#publisher.put('instruments', pair.instrument)
      this.#publisher.put('prices', pair.price)
      const closes = this.#market
        .history(
          {
            name: 'candles',
            instrument: pair.instrument.id,
            interval: '1m',
            fromMs: null,
            toMs: null,
            limit: 60
          },
          Date.now()
        )
        .map((candle) => candle.close)
      this.#publisher.put('sparks', { id: pair.instrument.id, closes })
    }
    this.#report()
  }

  #turn(trades: number): void {
    const nowMs = Date.now()
    if (this.#market.pairs.length > 0) {
      for (let count = 0; count < trades; count += 1) {
        const pair = this.#market.trade(nowMs)
        if (pair.freshness !== 'live') continue
        this.#publisher.put('prices', pair.price)
        for (const series of this.#publisher.watchedSeries()) {
          if (series.instrument !== pair.instrument.id) continue
          this.#publisher.candle(this.#market.candleNow(pair, series.interval, nowMs))
        }
      }
    }
    this.#publisher.flush()
  }

  #shards(): number {
    return Math.ceil(this.#market.pairs.length / 15)
  }

  #report(): void {
    const nowMs = Date.now()
    const total = this.#shards()
    const down = this.#options.down ?? []
    for (let shard = 1; shard <= total; shard += 1) {
      this.#publisher.put('connections', this.#connection(shard, nowMs))
    }
    const jitter = Math.sin(nowMs / 9_000) * 60 + Math.sin(nowMs / 2_100) * 25
    this.#publisher.put(
      'health',
      aHealthRow({
        mode: this.#options.mode ?? 'simulated',
        status: down.length > 0 ? 'degraded' : 'ok',
        uptimeMs: nowMs - this.#startedMs,
        connections: { live: total - down.length, total },
        instruments: {
          live: this.#market.pairs.length - down.length * 15,
          total: this.#market.pairs.length
        },
        coveragePercent: total === 0 ? 100 : (1 - down.length / total) * 100,
        messagesPerSecond: total === 0 ? 0 : this.#options.tradesPerSecond + jitter,
        latencyP50Ms: 38,
        latencyP99Ms: 96 + jitter / 4,
        memoryMb: 112 + Math.sin(nowMs / 30_000) * 2,
        databaseMb: 1_240,
        tradesStored: 1_204_331,
        venues:
          total === 0
            ? []
            : [
                {
                  venue: 'coinbase',
                  connections: { live: total, total },
                  instruments: { live: 326, total: 326 },
                  messagesPerSecond: 1_500,
                  problems: []
                }
              ]
      })
    )
  }

  #connection(shard: number, nowMs: number): ConnectionRow {
    const id = `cb-${String(shard).padStart(2, '0')}`
    const instruments = this.#market.pairs
      .filter((pair) => pair.instrument.connection === id)
      .map((pair) => pair.instrument.id)
    const rate = 120 / shard
    const history = [...Array(30).keys()].map(
      (index) => rate * (1 + Math.sin(index / 3 + shard) * 0.3)
    )
    const live = aConnectionRow({
      id,
      instruments,
      liveInstruments: instruments.length,
      sinceMs: this.#startedMs - 22_320_000,
      messagesPerSecond: rate,
      lastDataMs: nowMs - 100,
      lastHeartbeatMs: nowMs - 700,
      latencyP50Ms: 31 + (shard % 7),
      latencyP99Ms: 88 + (shard % 11),
      history,
      log: [
        { atMs: this.#startedMs - 22_320_000, text: 'live: 15 of 15 subscribed' },
        { atMs: this.#startedMs - 22_320_900, text: 'connected in 212 ms' }
      ]
    })
    if (!(this.#options.down ?? []).includes(shard)) return live
    return {
      ...live,
      state: 'waiting',
      reason: 'backoff',
      sinceMs: this.#startedMs - 42_000,
      downSinceMs: this.#startedMs - 42_000,
      liveInstruments: 0,
      messagesPerSecond: 0,
      latencyP50Ms: null,
      latencyP99Ms: null,
      lastDataMs: this.#startedMs - 44_000,
      lastHeartbeatMs: this.#startedMs - 43_000,
      reconnects: 4,
      attempt: 3,
      nextAttemptMs: nowMs + 8_000,
      history: history.map((value, index) => (index > 25 ? 0 : value)),
      log: [
        { atMs: this.#startedMs - 20_000, text: 'try 3: ECONNRESET' },
        { atMs: this.#startedMs - 36_000, text: 'try 2: no answer within 10 s' },
        { atMs: this.#startedMs - 41_000, text: 'try 1: no answer within 10 s' },
        { atMs: this.#startedMs - 42_000, text: 'closed by the venue, code 1006' },
        ...live.log
      ]
    }
  }

  async #serve(url: string): Promise<{ readonly body: Buffer; readonly type: string }> {
    const { pathname } = new URL(url, 'http://localhost')
    const path = normalize(pathname === '/' ? '/index.html' : pathname)
    return {
      body: await readFile(join(this.#options.folder, path)),
      type: types[extname(path)] ?? 'application/octet-stream'
    }
  }

  #attach(socket: WebSocket): void {
    this.#publisher.attach({
      send: (message) => socket.send(JSON.stringify(message)),
      onMessage: (listener) =>
        socket.on('message', (data: Buffer) => listener(JSON.parse(data.toString('utf8')))),
      onClose: (listener) => socket.once('close', listener),
      close: () => socket.close()
    })
    this.#publisher.flush()
  }
}
