import { WebSocket } from 'ws'
import { until } from './until.ts'

export type Json = { readonly [key: string]: unknown }

/** A plain WebSocket client that keeps the frames it got. */
export class FrameClient {
  readonly texts: string[] = []
  closeCode: number | null = null
  closeReason = ''
  readonly socket: WebSocket

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data: Buffer) => this.texts.push(data.toString('utf8')))
    socket.on('error', () => socket.terminate())
    socket.on('close', (code: number, reason: Buffer) => {
      this.closeCode = code
      this.closeReason = reason.toString('utf8')
    })
  }

  static async open(url: string): Promise<FrameClient> {
    const client = new FrameClient(new WebSocket(url))
    await until(() => client.socket.readyState !== WebSocket.CONNECTING, `a connection to ${url}`)
    return client
  }

  get frames(): Json[] {
    return this.texts.map((text) => JSON.parse(text) as Json)
  }

  /** Frames whose fields equal all of `fields`. */
  all(fields: Json): Json[] {
    return this.frames.filter((frame) =>
      Object.entries(fields).every(([name, value]) => frame[name] === value)
    )
  }

  /** Waits for so many frames whose fields equal all of `fields`. */
  async wait(fields: Json, count = 1): Promise<Json[]> {
    await until(
      () => this.all(fields).length >= count,
      `${count} frames with ${JSON.stringify(fields)}; got ${this.texts.join('\n').slice(0, 2000)}`
    )
    return this.all(fields)
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  async close(): Promise<void> {
    this.socket.terminate()
    await until(() => this.socket.readyState === WebSocket.CLOSED, 'the client to close')
  }
}

/** HTTP status that an upgrade was answered with; 101 when it went through. */
export async function upgradeStatus(url: string): Promise<number> {
  const socket = new WebSocket(url)
  return new Promise((resolve) => {
    socket.on('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0)
      request.destroy()
    })
    socket.on('error', () => {
      // The answer above says what there is to say.
    })
    socket.on('open', () => {
      resolve(101)
      socket.terminate()
    })
  })
}
