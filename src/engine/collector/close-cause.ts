import type { SocketEnd } from './socket.ts'

/** Why a connection ended, as counted and shown. */
export type CloseClass =
  | 'normal'
  | 'reset'
  | 'eof'
  | 'timeout'
  | 'silence'
  | 'refused'
  | 'rate'
  | 'auth'
  | 'protocol'
  | 'oversized'
  | 'server'
  | 'dns'
  | 'tls'

/** What an ending means for the next attempt. */
export type CloseCause = {
  readonly class: CloseClass
  /** Close code of RFC 6455, HTTP status of a refused upgrade, else null. */
  readonly code: number | null
  readonly text: string
  /** The next attempt comes no sooner, ms. */
  readonly leastDelayMs: number
  /** Random time on top, so that all shards do not return at once, ms. */
  readonly spreadMs: number
  /** Pause that the venue itself asked for, ms; null where it named none. */
  readonly retryAfterMs: number | null
}

const handshakePauseMs = 60_000

/** Reads how a socket ended. Codes: RFC 6455 §7.4.1 and the IANA registry, read 2026-11. */
export function judgeEnd(end: SocketEnd): CloseCause {
  switch (end.kind) {
    case 'closed':
      return judgeCode(end.code, end.reason)
    case 'dropped':
      return plain(end.how, 1006, end.how === 'reset' ? 'connection reset' : 'end of stream')
    case 'http':
      return { ...judgeStatus(end.status), retryAfterMs: end.retryAfterMs }
    case 'error':
      return judgeError(end.code, end.message)
  }
}

/** The cause of an ending that we brought about, by a detector or a deadline. */
export function ownCause(
  kind: 'timeout' | 'silence' | 'normal' | 'auth' | 'rate' | 'refused',
  text: string
): CloseCause {
  return plain(kind, null, text)
}

function plain(kind: CloseClass, code: number | null, text: string): CloseCause {
  return { class: kind, code, text, leastDelayMs: 0, spreadMs: 0, retryAfterMs: null }
}

function judgeCode(code: number, reason: string): CloseCause {
  const text = reason === '' ? `closed with ${code}` : `closed with ${code}: ${reason}`
  switch (code) {
    case 1000:
    case 1001:
    case 1005:
      return plain('normal', code, text)
    case 1006:
      return plain('eof', code, 'lost without a close frame')
    case 1002:
    case 1003:
    case 1007:
    case 1010:
      return plain('protocol', code, text)
    case 1008:
      return { ...plain('refused', code, text), leastDelayMs: 60_000 }
    case 1009:
      return plain('oversized', code, text)
    case 1012:
      return { ...plain('server', code, text), spreadMs: 5_000 }
    case 1013:
      return { ...plain('server', code, text), leastDelayMs: 30_000, spreadMs: 5_000 }
    default:
      return plain('server', code, text)
  }
}

function judgeStatus(status: number): CloseCause {
  const text = `upgrade answered with HTTP ${status}`
  if (status === 429 || status === 503) return plain('rate', status, text)
  if (status === 401 || status === 403 || status === 418 || status === 451) {
    return plain('auth', status, text)
  }
  if (status >= 300 && status < 500) {
    return { ...plain('refused', status, text), leastDelayMs: handshakePauseMs }
  }
  return plain('server', status, text)
}

function judgeError(code: string, message: string): CloseCause {
  const text = code === '' ? message : `${code}: ${message}`
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return plain('oversized', 1009, text)
  if (code.startsWith('WS_ERR_')) return plain('protocol', 1002, text)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return plain('dns', null, text)
  if (code === 'ETIMEDOUT') return plain('timeout', null, text)
  if (code === 'ECONNRESET' || code === 'EPIPE') return plain('reset', null, text)
  if (/^(CERT_|ERR_TLS_|ERR_SSL_|EPROTO|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code)) {
    return { ...plain('tls', null, text), leastDelayMs: handshakePauseMs }
  }
  return plain('refused', null, text)
}
