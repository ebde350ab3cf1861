import type { Socket as NetSocket } from 'node:net'
import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import { errorText } from './error-text.ts'
import { parseRetryAfter } from './retry-after.ts'
import type { Socket, SocketEnd, SocketFactory, SocketListener, SocketOptions } from './socket.ts'

const mostBodyBytes = 2_048
const bodyWithinMs = 1_000

/**
 * The real sockets.
 *
 * ws tells a reset and a plain end of stream alike (1006, no error event), so the TCP socket of the
 * upgrade is asked which it was.
 */
export const wsSockets: SocketFactory = { open: openWebSocket }

function openWebSocket(url: string, options: SocketOptions, listener: SocketListener): Socket {
  let cause: SocketEnd | null = null
  let ended = false

  function end(fallback: SocketEnd): void {
    if (ended) return
    ended = true
    listener.ended(cause ?? fallback)
  }

  let socket: WebSocket
  try {
    socket = new WebSocket(url, {
      handshakeTimeout: options.handshakeTimeoutMs,
      maxPayload: options.maxFrameBytes,
      perMessageDeflate: options.compress,
      followRedirects: false,
      headers: { 'User-Agent': options.userAgent }
    })
  } catch (error) {
    queueMicrotask(() => end(errorEnd(error)))
    return unopened
  }

  let stream: Pick<NetSocket, 'bytesRead'> = { bytesRead: 0 }
  socket.on('upgrade', (response) => {
    stream = response.socket
    response.socket.once('error', (error: NodeJS.ErrnoException) => {
      cause ??= { kind: 'dropped', how: error.code === 'ETIMEDOUT' ? 'eof' : 'reset' }
    })
    response.socket.once('end', () => {
      cause ??= { kind: 'dropped', how: 'eof' }
    })
  })
  socket.on('unexpected-response', (request, response) => {
    const refusal = {
      kind: 'http',
      status: response.statusCode ?? 0,
      retryAfterMs: parseRetryAfter(response.headers['retry-after'] ?? null, Date.now())
    } as const
    cause = refusal
    readBeginning(response, (body) => {
      cause = { ...refusal, body }
      request.destroy()
      socket.terminate()
    })
  })
  socket.on('open', () => listener.opened())
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) listener.binary(data)
    else listener.frame(data)
  })
  socket.on('ping', () => listener.pinged())
  socket.on('pong', () => listener.pong())
  socket.on('error', (error) => {
    cause ??= errorEnd(error)
    socket.terminate()
  })
  socket.on('close', (code, reason) => {
    if (code !== 1006 && cause?.kind === 'dropped') cause = null
    end({ kind: 'closed', code, reason: reason.toString('utf8') })
  })

  const isOpen = (): boolean => socket.readyState === WebSocket.OPEN
  return {
    get bytesRead() {
      return stream.bytesRead
    },
    send(text) {
      if (isOpen()) socket.send(text, ignoreSendError)
    },
    ping() {
      if (isOpen()) socket.ping(undefined, undefined, ignoreSendError)
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => socket.close(1000),
    terminate: () => socket.terminate()
  }
}

/** Reads the first 2 KiB of an answer, for a second at most. `read` is called once. */
function readBeginning(response: IncomingMessage, read: (text: string) => void): void {
  const chunks: Buffer[] = []
  let bytes = 0
  let isRead = false
  const done = (): void => {
    if (isRead) return
    isRead = true
    clearTimeout(timer)
    read(Buffer.concat(chunks).toString('utf8').slice(0, mostBodyBytes))
  }
  const timer = setTimeout(done, bodyWithinMs)
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes >= mostBodyBytes) done()
  })
  response.on('end', done)
  response.on('error', done)
  response.on('close', done)
}

/** A failed write is always followed by the socket's close, which says why. */
function ignoreSendError(): void {
  return
}

function errorEnd(error: unknown): SocketEnd {
  const message = errorText(error)
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === '' && message.includes('handshake has timed out')) {
    return { kind: 'error', code: 'ETIMEDOUT', message }
  }
  return { kind: 'error', code, message }
}

const unopened: Socket = {
  bytesRead: 0,
  send: ignoreSendError,
  ping: ignoreSendError,
  pause: ignoreSendError,
  resume: ignoreSendError,
  close: ignoreSendError,
  terminate: ignoreSendError
}
