import { afterEach, describe, expect, test } from 'vitest'
import type { Socket, SocketEnd } from '../../../src/engine/collector/socket.ts'
import { wsSockets } from '../../../src/engine/collector/ws-socket.ts'
import { judgeEnd } from '../../../src/engine/collector/close-cause.ts'
import { startScriptedServer } from '../../support/scripted-server.ts'
import type { Script, ScriptedServer } from '../../support/scripted-server.ts'
import { until } from '../../support/until.ts'

let server: ScriptedServer | null = null
const opened: Heard[] = []

type Heard = {
  socket: Socket
  isOpen: boolean
  readonly frames: string[]
  readonly ends: SocketEnd[]
  pongs: number
  binaries: number
}

async function aServer(script: Script): Promise<ScriptedServer> {
  server = await startScriptedServer(script)
  return server
}

function open(url: string, handshakeTimeoutMs = 5_000): Heard {
  const heard: Omit<Heard, 'socket'> = {
    isOpen: false,
    frames: [],
    ends: [],
    pongs: 0,
    binaries: 0
  }
  const socket = wsSockets.open(
    url,
    { handshakeTimeoutMs, maxFrameBytes: 1_000, compress: false, userAgent: 'tapedeck/test' },
    {
      opened: () => (whole.isOpen = true),
      frame: (data) => whole.frames.push(data.toString()),
      binary: () => (whole.binaries += 1),
      pinged: () => undefined,
      pong: () => (whole.pongs += 1),
      ended: (end) => whole.ends.push(end)
    }
  )
  const whole: Heard = { ...heard, socket }
  opened.push(whole)
  return whole
}

async function endOf(
  heard: Heard
): Promise<{ readonly class: string; readonly code: number | null }> {
  await until(() => heard.ends.length > 0, 'the socket ended')
  const [end] = heard.ends
  if (end === undefined) throw new Error('no end')
  const { class: kind, code } = judgeEnd(end)
  return { class: kind, code }
}

afterEach(async () => {
  for (const { socket } of opened) socket.terminate()
  await until(() => opened.every(({ ends }) => ends.length === 1), 'one terminal event each')
  opened.length = 0
  await until(() => server?.openConnections() === 0 || server === null, 'no TCP connection left')
  await server?.close()
  server = null
})

describe('wsSockets', () => {
  test('carries text both ways and answers pings', async () => {
    const { wsUrl, clients } = await aServer({
      message: ({ ws }, text) => ws.send(`you said ${text}`)
    })
    const heard = open(wsUrl)
    await until(() => heard.isOpen, 'open')
    heard.socket.send('hello')
    heard.socket.ping()
    await until(() => heard.frames.length === 1 && heard.pongs === 1, 'answers')
    expect(heard.frames).toEqual(['you said hello'])
    expect(clients).toHaveLength(1)
  })

  test('tells a reset from an end of stream', async () => {
    const { wsUrl } = await aServer({
      connected: ({ tcp }) => setImmediate(() => tcp.resetAndDestroy())
    })
    expect(await endOf(open(wsUrl))).toEqual({ class: 'reset', code: 1006 })
  })

  test('tells an end of stream without a close frame', async () => {
    const { wsUrl } = await aServer({ connected: ({ tcp }) => setImmediate(() => tcp.end()) })
    expect(await endOf(open(wsUrl))).toEqual({ class: 'eof', code: 1006 })
  })

  test.each([
    [1000, 'normal'],
    [1001, 'normal'],
    [1008, 'policy'],
    [1011, 'server'],
    [1012, 'server'],
    [1013, 'server'],
    [4321, 'server']
  ])('keeps close code %i, class %s', async (code, kind) => {
    const { wsUrl } = await aServer({ connected: ({ ws }) => ws.close(code, 'because') })
    const heard = open(wsUrl)
    expect(await endOf(heard)).toEqual({ class: kind, code })
    expect(heard.ends[0]).toMatchObject({ reason: 'because' })
  })

  test('ends on a frame larger than allowed, without keeping it', async () => {
    const { wsUrl } = await aServer({ connected: ({ ws }) => ws.send('x'.repeat(5_000)) })
    const heard = open(wsUrl)
    expect(await endOf(heard)).toEqual({ class: 'oversized', code: 1009 })
    expect(heard.frames).toEqual([])
  })

  test('a declared length beyond reason is refused before it comes', async () => {
    const { wsUrl } = await aServer({
      connected: ({ tcp }) => tcp.write(Buffer.from([0x81, 0x7f, 0, 0, 1, 0, 0, 0, 0, 0]))
    })
    expect(await endOf(open(wsUrl))).toEqual({ class: 'oversized', code: 1009 })
  })

  test.each([
    ['a reserved opcode', [0x83, 0x00]],
    ['a masked server frame', [0x81, 0x81, 1, 2, 3, 4, 5]],
    ['invalid UTF-8', [0x81, 0x02, 0xc3, 0x28]]
  ])('ends on %s as a breach of protocol', async (what, bytes) => {
    const { wsUrl } = await aServer({ connected: ({ tcp }) => tcp.write(Buffer.from(bytes)) })
    expect(await endOf(open(wsUrl)), what).toMatchObject({ class: 'protocol' })
  })

  test('a truncated frame followed by silence gives no event at all', async () => {
    const { wsUrl, clients } = await aServer({
      connected: ({ ws, tcp }) => {
        ws.send('whole')
        tcp.write(Buffer.concat([Buffer.from([0x81, 100]), Buffer.alloc(40, 'x')]))
      }
    })
    const heard = open(wsUrl)
    await until(() => heard.frames.length === 1, 'the whole frame')
    expect(heard.frames).toEqual(['whole'])
    expect(heard.ends).toEqual([])
    expect(clients).toHaveLength(1)
  })

  test.each([
    [429, 'Retry-After: 7\r\n', 'rate', 7_000],
    [503, 'Retry-After: 7\r\n', 'rate', 7_000],
    [503, '', 'server', null],
    [401, '', 'auth', null],
    [403, '', 'auth', null],
    [301, 'Location: http://elsewhere.test/\r\n', 'refused', null],
    [500, '', 'server', null]
  ])('reads HTTP %i on upgrade', async (status, headers, kind, retryAfterMs) => {
    const { wsUrl } = await aServer({ upgrade: () => ({ kind: 'status', status, headers }) })
    const heard = open(wsUrl)
    expect(await endOf(heard)).toEqual({ class: kind, code: status })
    expect(heard.ends[0]).toMatchObject({ kind: 'http', retryAfterMs })
  })

  test('an upgrade never answered times out', async () => {
    const { wsUrl } = await aServer({ upgrade: () => ({ kind: 'mute' }) })
    expect(await endOf(open(wsUrl, 50))).toEqual({ class: 'timeout', code: null })
  })

  test('a closed port is refused', async () => {
    const closed = await startScriptedServer({})
    await closed.close()
    expect(await endOf(open(closed.wsUrl))).toEqual({ class: 'refused', code: null })
  })

  test('plain text where TLS was wanted is told as such and costs a long wait', async () => {
    const { wsUrl } = await aServer({})
    const heard = open(wsUrl.replace('ws:', 'wss:'))
    expect(await endOf(heard)).toEqual({ class: 'tls', code: null })
    const [end] = heard.ends
    expect(end && judgeEnd(end).leastDelayMs).toBe(60_000)
  })

  test('an impossible URL ends like any other attempt', async () => {
    expect((await endOf(open('ftp://nowhere'))).class).toBe('refused')
  })

  test('paused reading resumes where it stopped', async () => {
    const { wsUrl, clients } = await aServer({})
    const heard = open(wsUrl)
    await until(() => heard.isOpen, 'open')
    heard.socket.pause()
    clients[0]?.ws.send('later')
    heard.socket.ping()
    heard.socket.resume()
    await until(() => heard.pongs === 1, 'pong')
    expect(heard.frames).toEqual(['later'])
  })

  test('hears binary frames apart', async () => {
    const { wsUrl } = await aServer({ connected: ({ ws }) => ws.send(Buffer.from([1])) })
    const heard = open(wsUrl)
    await until(() => heard.binaries === 1, 'binary')
    expect(heard.frames).toEqual([])
  })
})
