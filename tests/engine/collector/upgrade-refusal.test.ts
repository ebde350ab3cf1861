import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { judgeEnd } from '../../../src/engine/collector/close-cause.ts'
import type { SocketEnd } from '../../../src/engine/collector/socket.ts'
import { wsSockets } from '../../../src/engine/collector/ws-socket.ts'
import { until } from '../../support/until.ts'

let server: Server | null = null

afterEach(() => {
  server?.close()
  server = null
})

/** Asks a server for an upgrade that it answers with these bytes, and waits how that ends. */
async function refusedWith(answer: string): Promise<SocketEnd> {
  const ends: SocketEnd[] = []
  const http = createServer()
  server = http
  http.on('upgrade', (...[, stream]) => void stream.write(answer))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  wsSockets.open(
    `ws://127.0.0.1:${port}`,
    {
      handshakeTimeoutMs: 5_000,
      maxFrameBytes: 1_000,
      compress: false,
      userAgent: 'tapedeck/test'
    },
    {
      opened: () => undefined,
      frame: () => undefined,
      binary: () => undefined,
      pinged: () => undefined,
      pong: () => undefined,
      ended: (end) => ends.push(end)
    }
  )
  await until(() => ends.length > 0, 'the socket ended')
  const [end] = ends
  if (end === undefined) throw new Error('no end')
  return end
}

describe('wsSockets, refused on upgrade', () => {
  test('keeps how the answer begins, by which maintenance is told from trouble', async () => {
    const body = 'We are down for scheduled maintenance.'
    const end = await refusedWith(
      `HTTP/1.1 503 Service Unavailable\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    )
    expect(end).toEqual({ kind: 'http', status: 503, retryAfterMs: null, body })
    expect(judgeEnd(end).class).toBe('maintenance')
  })

  test('reads no more of an endless answer than it needs', async () => {
    const end = await refusedWith(
      `HTTP/1.1 500 No\r\nContent-Length: 999999\r\n\r\n${'x'.repeat(10_000)}`
    )
    expect(end).toMatchObject({ kind: 'http', status: 500, body: 'x'.repeat(2_048) })
  })

  test('does not wait for an answer that never ends', async () => {
    const end = await refusedWith('HTTP/1.1 500 No\r\nContent-Length: 10\r\n\r\nabc')
    expect(end).toMatchObject({ kind: 'http', status: 500, body: 'abc' })
  })
})
