import { WebSocket } from 'ws'
import type { FaultStand } from './stand.ts'
import { holdsWithin } from './wait.ts'

const subscriptions: Readonly<Record<string, unknown>> = {
  coinbase: { type: 'subscribe', product_ids: ['BTC-USD'], channels: ['matches', 'heartbeat'] },
  'binance-spot': { method: 'SUBSCRIBE', params: ['btcusdt@trade'], id: 1 },
  'bybit-linear': { op: 'subscribe', args: ['publicTrade.BTCUSDT'] }
}

const firstTradesMs = 10_000

/** A client without any detector: what a fault does to it shows that the fault is real. */
export class PlainClient implements Disposable {
  readonly #socket: WebSocket
  #trades = 0
  #end: string | null = null

  private constructor(url: string, venue: string) {
    this.#socket = new WebSocket(url)
    this.#socket.on('open', () => this.#socket.send(JSON.stringify(subscriptions[venue])))
    this.#socket.on('message', (data: Buffer) => {
      if (/"match"|publicTrade|"e":"trade"/.test(data.toString('utf8'))) this.#trades += 1
    })
    this.#socket.on('error', ({ message }) => {
      this.#end ??= message
    })
    this.#socket.on('close', (code) => {
      this.#end ??= String(code)
    })
  }

  /** Connects to a venue that the stand collects and waits for trades. */
  static async open(stand: FaultStand, venue: string): Promise<PlainClient> {
    const client = new PlainClient(stand.ready.venues[venue]?.wsUrl ?? '', venue)
    await holdsWithin(firstTradesMs, () => client.trades > 2)
    return client
  }

  get trades(): number {
    return this.#trades
  }

  /** Whether its connection stands. */
  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  /** Why it ended; null: it did not. */
  get end(): string | null {
    return this.#end
  }

  [Symbol.dispose](): void {
    this.#socket.terminate()
  }
}
