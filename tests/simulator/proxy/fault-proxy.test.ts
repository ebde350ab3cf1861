import { connect, createServer, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { FaultProxy } from '../../../src/simulator/proxy/fault-proxy.ts'
import { passThrough, type ProxyBehaviour } from '../../../src/simulator/proxy/proxy-behaviour.ts'
import { until } from '../../support/until.ts'

type Line = { readonly socket: Socket; readonly chunks: Buffer[]; end: string | null }

type Stand = {
  readonly proxy: FaultProxy
  readonly server: { readonly sockets: Socket[]; readonly chunks: Buffer[] }
  behave(behaviour: Partial<ProxyBehaviour>): void
  dial(): Line
}

/** A server that hears, a proxy before it, and a way to dial. */
async function openStand(): Promise<Stand> {
  const server = { sockets: [] as Socket[], chunks: [] as Buffer[] }
  const listener = createServer((socket) => {
    server.sockets.push(socket)
    socket.on('data', (chunk: Buffer) => server.chunks.push(chunk))
    socket.on('error', () => socket.destroy())
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const address = listener.address()
  const targetPort = typeof address === 'object' && address !== null ? address.port : 0
  let behaviour = passThrough
  const proxy = await FaultProxy.open({ targetPort, seed: 5, behaviour: () => behaviour })
  const lines: Line[] = []
  onTestFinished(async () => {
    for (const { socket } of lines) socket.destroy()
    await proxy.close()
    for (const socket of server.sockets) socket.destroy()
    await new Promise((resolve) => listener.close(resolve))
  })
  return {
    proxy,
    server,
    behave(changes) {
      behaviour = { ...passThrough, ...changes }
    },
    dial() {
      const socket = connect({ port: proxy.port, host: '127.0.0.1', noDelay: true })
      const line: Line = { socket, chunks: [], end: null }
      socket.on('data', (chunk: Buffer) => line.chunks.push(chunk))
      socket.on('error', (error: NodeJS.ErrnoException) => (line.end ??= error.code ?? 'error'))
      socket.on('end', () => (line.end ??= 'end'))
      lines.push(line)
      return line
    }
  }
}

function textOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('latin1')
}

async function arrived(stand: Stand): Promise<Socket> {
  await until(() => stand.server.sockets.length > 0, 'the connection to arrive')
  const [socket] = stand.server.sockets
  if (socket === undefined) throw new Error('nobody arrived')
  return socket
}

describe('FaultProxy', () => {
  test('passes bytes on as they are, both ways, and the end too', async () => {
    const stand = await openStand()
    const line = stand.dial()
    line.socket.write('question')
    const server = await arrived(stand)
    await until(() => textOf(stand.server.chunks) === 'question', 'the question')
    server.end('answer')
    await until(() => line.end !== null, 'the end')
    expect([textOf(line.chunks), line.end]).toEqual(['answer', 'end'])
  })

  test('cuts bytes into slices and loses none of them', async () => {
    const stand = await openStand()
    stand.behave({ sliceBytes: 3, delayMs: 1 })
    const line = stand.dial()
    const server = await arrived(stand)
    const text = 'abcdefghij'.repeat(50)
    server.write(text)
    await until(() => textOf(line.chunks).length === text.length, 'every byte')
    expect(textOf(line.chunks)).toBe(text)
    expect(line.chunks.length).toBeGreaterThan(1)
  })

  test('keeps the order of what it delays and slows', async () => {
    const stand = await openStand()
    stand.behave({ delayMs: 20, jitterMs: 20, bytesPerSecond: 20_000 })
    const line = stand.dial()
    const server = await arrived(stand)
    const begunMs = performance.now()
    for (let digit = 0; digit < 10; digit += 1) server.write(String(digit).repeat(100))
    await until(() => textOf(line.chunks).length === 1_000, 'every byte')
    expect(textOf(line.chunks)).toBe(
      Array.from({ length: 10 }, (...[, digit]) => String(digit).repeat(100)).join('')
    )
    expect(performance.now() - begunMs).toBeGreaterThanOrEqual(49)
  })

  test.each(['both', 'down'] as const)(
    'says nothing while it drops %s, and resets what lost bytes once that is over',
    async (drop) => {
      const stand = await openStand()
      const line = stand.dial()
      const server = await arrived(stand)
      stand.behave({ drop })
      server.write('lost')
      line.socket.write('heard?')
      const other = stand.dial()
      await until(() => stand.server.sockets.length === 2, 'another connection')
      if (drop === 'down') await until(() => textOf(stand.server.chunks) === 'heard?', 'it')
      expect([line.end, other.end, textOf(line.chunks)]).toEqual([null, null, ''])
      stand.behave({})
      await until(() => line.end !== null, 'the reset')
      expect([line.end, other.end]).toEqual(['ECONNRESET', null])
    }
  )

  test('lets nobody in, in three ways', async () => {
    const stand = await openStand()
    stand.behave({ admit: 'reset' })
    const reset = stand.dial()
    await until(() => reset.end !== null, 'the reset')
    stand.behave({ admit: 'mute' })
    const mute = stand.dial()
    mute.socket.write('anybody?')
    await until(() => stand.proxy.accepted === 2, 'the connection to be accepted')
    stand.behave({ admit: 'port' })
    const refused = async () => {
      const line = stand.dial()
      await until(() => line.end !== null || !line.socket.connecting, 'an outcome')
      return line.end === 'ECONNREFUSED'
    }
    await until(refused, 'the port to close')
    expect([reset.end, mute.end]).toEqual(['ECONNRESET', null])
    stand.behave({})
    await until(async () => !(await refused()), 'the port to open')
    expect(textOf(stand.server.chunks)).toBe('')
  })

  test.each([
    ['reset', 'ECONNRESET'],
    ['eof', 'end']
  ] as const)('cuts what passes by %s', async (how, end) => {
    const stand = await openStand()
    const line = stand.dial()
    await arrived(stand)
    stand.proxy.cut(how)
    await until(() => line.end !== null, 'the end')
    expect(line.end).toBe(end)
  })
})
