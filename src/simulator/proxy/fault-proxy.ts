import { connect, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { seededRandom, type Random } from '../../core/market/random.ts'
import type { ProxyBehaviour } from './proxy-behaviour.ts'
import { ProxyPipe } from './proxy-pipe.ts'

export type FaultProxyOptions = {
  /** Port of 127.0.0.1 that it stands before. */
  readonly targetPort: number
  /** 0 unless said: any free port. */
  readonly port?: number
  /** Address of loopback that it listens on; 127.0.0.1 unless said. */
  readonly host?: string
  readonly seed?: number
  /** Speaks TLS to clients, with whatever certificate; plain TCP without. */
  readonly tls?: TlsOptions | null
  /** Asked for each connection and each chunk of bytes. */
  readonly behaviour: () => ProxyBehaviour
}

type Passage = { readonly client: Socket; readonly pipes: readonly ProxyPipe[] }

const scanMs = 50

/** A TCP proxy on loopback that does to bytes and connections what networks do. */
export class FaultProxy {
  readonly #options: FaultProxyOptions
  readonly #server: Server
  readonly #random: Random
  readonly #passages = new Set<Passage>()
  readonly #clients = new Set<Socket>()
  readonly #scanner: NodeJS.Timeout
  readonly #host: string
  #port = 0
  #isListening = true
  #accepted = 0

  private constructor(options: FaultProxyOptions) {
    const { tls = null, seed = 1, host = '127.0.0.1' } = options
    this.#options = options
    this.#host = host
    this.#random = seededRandom(seed)
    this.#server =
      tls === null
        ? createServer((client) => this.#take(client))
        : createTlsServer(tls, (client) => this.#take(client))
    // A client that refuses the certificate is the client's own affair.
    this.#server.on('tlsClientError', () => undefined)
    this.#scanner = setInterval(() => {
      this.#followPort()
      this.#resetTorn()
    }, scanMs)
  }

  /** Listens on loopback. @throws the listening error, such as EADDRINUSE. */
  static async open(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options)
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', (error) => {
        clearInterval(proxy.#scanner)
        reject(error)
      })
      proxy.#server.listen(options.port ?? 0, proxy.#host, resolve)
    })
    const address = proxy.#server.address()
    if (typeof address === 'object' && address !== null) proxy.#port = address.port
    return proxy
  }

  get port(): number {
    return this.#port
  }

  /** Connections accepted since the start, those that got nothing included. */
  get accepted(): number {
    return this.#accepted
  }

  /** Ends what passes: a TCP reset, or the end of the stream. */
  cut(how: 'reset' | 'eof'): void {
    for (const client of this.#clients) {
      if (how === 'reset') client.resetAndDestroy()
      else client.end()
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#scanner)
    for (const client of this.#clients) client.destroy()
    if (!this.#isListening) return
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve()
      })
    })
  }

  #take(client: Socket): void {
    this.#accepted += 1
    this.#clients.add(client)
    client.setNoDelay(true)
    client.on('error', () => client.destroy())
    client.once('close', () => this.#clients.delete(client))
    const { admit } = this.#options.behaviour()
    if (admit === 'reset') client.resetAndDestroy()
    else if (admit === 'mute') client.resume()
    else this.#pass(client)
  }

  #pass(client: Socket): void {
    const { targetPort, behaviour } = this.#options
    const target = connect({ port: targetPort, host: '127.0.0.1', noDelay: true })
    const shared = { behaviour, random: this.#random }
    const passage = {
      client,
      pipes: [
        new ProxyPipe({ from: client, to: target, direction: 'up', ...shared }),
        new ProxyPipe({ from: target, to: client, direction: 'down', ...shared })
      ]
    }
    this.#passages.add(passage)
    client.once('close', () => {
      this.#passages.delete(passage)
      for (const pipe of passage.pipes) pipe.close()
      target.destroy()
    })
    target.on('error', () => client.resetAndDestroy())
    target.once('close', (hadError) => {
      if (hadError) client.resetAndDestroy()
      else client.end()
    })
  }

  #followPort(): void {
    const isClosed = this.#options.behaviour().admit === 'port'
    if (isClosed !== this.#isListening) return
    this.#isListening = !isClosed
    if (isClosed) this.#server.close()
    else this.#server.listen(this.#port, this.#host)
  }

  #resetTorn(): void {
    if (this.#options.behaviour().drop !== 'none') return
    for (const { client, pipes } of this.#passages) {
      if (pipes.some(({ hasLost }) => hasLost)) client.resetAndDestroy()
    }
  }
}
