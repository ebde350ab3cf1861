import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import type { DeckRow } from '../../src/contracts/deck.ts'
import type { ClientMessage, MessageLink, ServerMessage } from '../../src/contracts/state-stream.ts'
import { StreamReceiver } from '../../src/contracts/stream-receiver.ts'
import { webSocketLink } from '../../src/service/http/web-socket-link.ts'
import type { Candle } from '../../src/core/market/candle.ts'
import { runningSimulator } from '../support/running-simulator.ts'
import { scratchFolder } from '../support/scratch-folder.ts'
import { TapedeckProcess } from '../support/tapedeck-process.ts'
import { until } from '../support/until.ts'

const bitcoin = 'coinbase:BTC-USD'

/** A client of the replay that a server serves. */
class DeckClient {
  readonly stream: StreamReceiver
  row: DeckRow | null = null
  mode: string | null = null
  snapshots = 0
  isLost = false
  refusal: string | null = null
  readonly candles: Candle[] = []

  private constructor(socket: WebSocket) {
    const link = webSocketLink<ClientMessage>(socket) as MessageLink<ClientMessage, ServerMessage>
    this.stream = new StreamReceiver(link, {
      snapshot: ({ tables }) => {
        this.snapshots += 1
        this.row = tables.deck[0] ?? null
        this.mode = tables.run[0]?.mode ?? null
      },
      delta: ({ changed, candles }) => {
        this.row = changed.deck?.[0] ?? this.row
        this.candles.push(...candles)
      },
      lost: () => {
        this.isLost = true
      },
      refused: ({ message }) => {
        this.refusal = message
      }
    })
  }

  static async open(url: string): Promise<DeckClient> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}replay-state`, {
      origin: url.slice(0, -1)
    })
    socket.on('error', () => socket.terminate())
    onTestFinished(() => socket.terminate())
    const opened: DeckClient[] = []
    // What comes with the answer to the upgrade is heard too.
    socket.once('open', () => opened.push(new DeckClient(socket)))
    await until(() => opened.length > 0, 'a link to the replay')
    return opened[0] ?? Promise.reject(new Error('expected a client'))
  }

  async reaches(state: DeckRow['state']): Promise<DeckRow> {
    await until(() => this.row?.state === state, `the deck to be ${state}`, 20_000)
    if (this.row === null) throw new Error('expected a row')
    return this.row
  }
}

describe('a replay over /replay-state', { timeout: 90_000 }, () => {
  test('plays what was recorded while collecting goes on', async () => {
    const simulator = await runningSimulator({ venues: ['coinbase'], rate: 20 })
    const folder = await scratchFolder()
    const settings = join(folder, 'settings.toml')
    const { wsUrl, restUrl } = simulator.ready.venues['coinbase'] ?? { wsUrl: '', restUrl: '' }
    await writeFile(
      settings,
      `intervals = ["1s", "1m", "100t"]
[run]
mode = "simulated"
[venues.coinbase]
instruments = ["BTC-USD", "ETH-USD"]
ws_url = "${wsUrl}"
rest_url = "${restUrl}"
`
    )
    const tapedeck = new TapedeckProcess([
      ...['serve', '--port', '0', '--no-browser'],
      ...['--settings', settings, '--data-dir', join(folder, 'data')]
    ])
    const url = await tapedeck.served()
    const storedOf = async () => {
      const answer = await fetch(`${url}trades?instrument=BTC-USD&limit=1000`)
      const { items } = (await answer.json()) as { items?: readonly { eventMs: number }[] }
      return items ?? []
    }
    await until(async () => (await storedOf()).length >= 300, 'trades to be stored', 30_000)
    const stored = await storedOf()
    const lastMs = stored.at(-1)?.eventMs ?? 0

    const client = await DeckClient.open(url)
    const series = { instrument: bitcoin, interval: '1s' }
    client.stream.watch([series])
    await client.reaches('empty')
    expect(client.mode).toBe('replay')
    const whole = { fromMs: null, toMs: lastMs, atMs: null, view: 'then' } as const
    client.stream.command({ name: 'load', instruments: [bitcoin], ...whole })
    const loaded = await client.reaches('paused')
    expect(loaded).toMatchObject({ recorded: 'simulated', instruments: [bitcoin], trades: 0 })

    const middleMs = stored[stored.length >> 1]?.eventMs ?? NaN
    client.stream.command({ name: 'seek', atMs: middleMs })
    await until(() => client.row?.atMs === middleMs, 'the deck to be there')
    const everything = { fromMs: null, toMs: null, limit: 5_000 }
    const trades = await client.stream.query({ name: 'trades', instrument: bitcoin, ...everything })
    const known = trades.name === 'trades' ? trades.trades : []
    expect(known.length).toBeGreaterThan(10)
    expect(known.length).toBeLessThan(stored.length)
    const answer = await client.stream.query({ name: 'candles', ...series, ...everything })
    const candles = answer.name === 'candles' ? answer.candles : []
    expect(candles.reduce((sum, candle) => sum + candle.trades, 0)).toBe(known.length)

    client.stream.command({ name: 'speed', speed: 'max' })
    client.stream.command({ name: 'play' })
    const ended = await client.reaches('ended')
    expect(ended.trades).toBeGreaterThan(known.length)
    await until(() => client.candles.length > 0, 'candles to be told')

    const before = (await storedOf()).at(-1)?.eventMs ?? 0
    await until(
      async () => ((await storedOf()).at(-1)?.eventMs ?? 0) > before,
      'collecting to go on',
      20_000
    )
    const others = await Promise.all([1, 2, 3].map(() => DeckClient.open(url)))
    await Promise.all(others.map((other) => other.reaches('empty')))
    const fifth = await DeckClient.open(url)
    await until(() => fifth.isLost, 'the fifth to be let go')
    expect(fifth.refusal).toBe('4 replays are open already; close one of them')

    tapedeck.child.kill('SIGINT')
    expect(await tapedeck.ended()).toBe(0)
    await until(() => client.isLost, 'the client to be let go')
  })
})
