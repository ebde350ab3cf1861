import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import { restProduct } from '../src/simulator/coinbase/products.ts'
import { captureFrames, type Capture } from './captured-frames.ts'
import { blast, FrameBytes } from './frame-blast.ts'
import { answerQuestions } from './helper-process.ts'
import type { Blasted, SenderQuestion, SenderReady, Subscribed } from './sender-messages.ts'
import { wallMs } from './wall-clock.ts'

/** A Coinbase of match frames only, made before they are asked for, sent as fast as they are read. */

type Client = { readonly socket: Socket; readonly products: Set<number> }

const pollMs = 5
const subscribeMs = 60_000

class Sender {
  readonly #capture: Capture
  readonly #bytes: FrameBytes
  readonly #productOf: ReadonlyMap<string, number>
  readonly #clients = new Set<Client>()

  constructor(capture: Capture) {
    this.#capture = capture
    this.#bytes = new FrameBytes(capture)
    this.#productOf = new Map(capture.instruments.map(({ venueSymbol }, at) => [venueSymbol, at]))
  }

  async listen(): Promise<SenderReady> {
    const server = createServer((request, response) => this.#answer(request, response))
    const sockets = new WebSocketServer({ server, perMessageDeflate: false })
    sockets.on('connection', (webSocket, { socket }) => {
      const client = { socket, products: new Set<number>() }
      this.#clients.add(client)
      webSocket.on('close', () => this.#clients.delete(client))
      webSocket.on('error', () => webSocket.terminate())
      webSocket.on('message', (data: Buffer) => webSocket.send(this.#subscribe(client, data)))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const { trades, instruments } = this.#capture
    return {
      wsUrl: `ws://127.0.0.1:${port}`,
      restUrl: `http://127.0.0.1:${port}`,
      trades,
      products: instruments.map(({ venueSymbol }) => venueSymbol)
    }
  }

  /** Waits until every product is subscribed. */
  async subscribed(): Promise<Subscribed> {
    const deadlineMs = performance.now() + subscribeMs
    const { instruments } = this.#capture
    const taken = () => [...this.#clients].reduce((total, { products }) => total + products.size, 0)
    while (taken() < instruments.length) {
      if (performance.now() > deadlineMs) throw new Error(`only ${taken()} products subscribed`)
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
    const symbols = instruments.map(({ venueSymbol }) => venueSymbol)
    return {
      shards: [...this.#clients].map(({ products }) => [...products].map((at) => symbols[at] ?? ''))
    }
  }

  /** Sends everything to whoever asked for it. */
  async blast(): Promise<Blasted> {
    const loads = [...this.#clients].map(({ socket, products }) => ({
      socket,
      bytes: this.#bytes.of(products)
    }))
    const startMs = wallMs()
    await Promise.all(loads.map(({ socket, bytes }) => blast(socket, bytes)))
    return { startMs, sentMs: wallMs() }
  }

  /** The cumulative acknowledgement, as the venue gives it. */
  #subscribe(client: Client, data: Buffer): string {
    const { product_ids: symbols } = JSON.parse(data.toString()) as { product_ids: string[] }
    for (const symbol of symbols) {
      const product = this.#productOf.get(symbol)
      if (product !== undefined) client.products.add(product)
    }
    const all = [...client.products].map((at) => this.#capture.instruments[at]?.venueSymbol)
    const channels = ['matches', 'ticker', 'heartbeat'].map((name) => ({ name, product_ids: all }))
    return JSON.stringify({ type: 'subscriptions', channels })
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '/').split('?')[0]
    const body = path === '/products' ? this.#capture.instruments.map(restProduct) : []
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(body))
  }
}

let sender: Sender | null = null

answerQuestions(async (asked) => {
  const question = asked as SenderQuestion
  if (question.kind === 'listen') {
    const { frames, rate } = question
    sender = new Sender(captureFrames({ mix: 'matches', frames, rate, startMs: Date.now() }))
    return sender.listen()
  }
  if (sender === null) throw new Error('the sender does not listen yet')
  return question.kind === 'subscribed' ? sender.subscribed() : sender.blast()
})
