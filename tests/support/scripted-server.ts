import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'

/** One client, as the scripted server sees it. */
export type ScriptedClient = {
  readonly ws: WebSocket
  /** The TCP connection underneath, for what WebSockets cannot do. */
  readonly tcp: Socket
  readonly received: string[]
}

/** What the server does with an upgrade before it is a WebSocket. Null: accepts. */
export type UpgradeAnswer =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: string }
  | { readonly kind: 'mute' }
  | null

/** A WebSocket and HTTP server on loopback whose manners the test decides. */
export type ScriptedServer = {
  readonly wsUrl: string
  readonly httpUrl: string
  /** Every client that was let in, oldest first. */
  readonly clients: readonly ScriptedClient[]
  /** TCP connections open now. */
  openConnections(): number
  close(): Promise<void>
}

export type Script = {
  upgrade?(request: IncomingMessage, ordinal: number): UpgradeAnswer
  connected?(client: ScriptedClient): void
  message?(client: ScriptedClient, text: string): void
  http?(request: IncomingMessage): {
    readonly status: number
    readonly body: string
    readonly headers?: Readonly<Record<string, string>>
  } | null
}

/** Starts a server on a free port of 127.0.0.1. */
export async function startScriptedServer(script: Script): Promise<ScriptedServer> {
  const clients: ScriptedClient[] = []
  const tcps = new Set<Socket>()
  let upgrades = 0
  const wss = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  const server = createServer((request, response) => {
    const answer = script.http?.(request)
    if (answer === null) return
    response.writeHead(answer?.status ?? 404, answer?.headers)
    response.end(answer?.body ?? '{}')
  })
  server.on('connection', (tcp) => {
    tcps.add(tcp)
    tcp.on('error', () => tcp.destroy())
    tcp.on('close', () => tcps.delete(tcp))
  })
  server.on('upgrade', (request, duplex, head) => {
    upgrades += 1
    const answer = script.upgrade?.(request, upgrades) ?? null
    if (answer?.kind === 'mute') {
      duplex.on('end', () => duplex.destroy()).resume()
      return
    }
    if (answer?.kind === 'status') {
      duplex.end(
        `HTTP/1.1 ${answer.status} No\r\nConnection: close\r\nContent-Length: 0\r\n${answer.headers ?? ''}\r\n`
      )
      return
    }
    wss.handleUpgrade(request, duplex, head, (ws) => {
      const client: ScriptedClient = { ws, tcp: request.socket, received: [] }
      clients.push(client)
      ws.on('error', () => ws.terminate())
      ws.on('message', (data: Buffer) => {
        const text = data.toString()
        client.received.push(text)
        script.message?.(client, text)
      })
      script.connected?.(client)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    wsUrl: `ws://127.0.0.1:${port}`,
    httpUrl: `http://127.0.0.1:${port}`,
    clients,
    openConnections: () => tcps.size,
    close: () =>
      new Promise((resolve) => {
        for (const tcp of tcps) tcp.destroy()
        wss.close()
        server.close(() => resolve())
      })
  }
}
