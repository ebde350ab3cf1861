import type { CloseClass, CloseRule } from '../../venues/venue.ts'
import { findCloseRule } from './close-rules.ts'
import type { SocketEnd } from './socket.ts'

export type { CloseClass } from '../../venues/venue.ts'

/** What an ending means for the next attempt. */
export type CloseCause = {
  readonly class: CloseClass
  /** Close code of RFC 6455, HTTP status of a refused upgrade, else null. */
  readonly code: number | null
  readonly text: string
  /** `venue`: any other connection would meet the same. */
  readonly concerns: 'connection' | 'venue'
  /** The next attempt comes no sooner, ms. */
  readonly leastDelayMs: number
  /** Random time on top, so that all shards do not return at once, ms. */
  readonly spreadMs: number
  /** Pause that the venue itself asked for, ms; null where it named none. */
  readonly retryAfterMs: number | null
  /** The next link asks for half as many instruments at once: what was asked may have been too much. */
  readonly isBatchHalved: boolean
}

const handshakePauseMs = 60_000

/** Reads how a socket ended. @param venueRules What the venue's close frames mean, before the common rules. */
export function judgeEnd(end: SocketEnd, venueRules: readonly CloseRule[] = []): CloseCause {
  switch (end.kind) {
    case 'closed':
      return judgeCode(end, venueRules)
    case 'dropped':
      return plain(end.how, 1006, end.how === 'reset' ? 'connection reset' : 'end of stream')
    case 'http':
      return { ...judgeStatus(end), retryAfterMs: end.retryAfterMs }
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

/** The venue left unanswered what was asked of it, twice. */
export function unansweredCause(text: string): CloseCause {
  return { ...ownCause('timeout', text), isBatchHalved: true }
}

function plain(kind: CloseClass, code: number | null, text: string): CloseCause {
  return {
    class: kind,
    code,
    text,
    concerns: kind === 'maintenance' ? 'venue' : 'connection',
    leastDelayMs: 0,
    spreadMs: 0,
    retryAfterMs: null,
    isBatchHalved: kind === 'policy'
  }
}

/** The way in is wrong for all, and will be so for a while. */
function closedDoor(kind: CloseClass, code: number | null, text: string): CloseCause {
  return { ...plain(kind, code, text), concerns: 'venue', leastDelayMs: handshakePauseMs }
}

function judgeCode(
  end: { readonly code: number; readonly reason: string },
  venueRules: readonly CloseRule[]
): CloseCause {
  const { code, reason } = end
  const { class: kind, leastDelayMs = 0, spreadMs = 0 } = findCloseRule(end, venueRules)
  const closed = reason === '' ? `closed with ${code}` : `closed with ${code}: ${reason}`
  const text = code === 1006 ? 'lost without a close frame' : closed
  return { ...plain(kind, code, text), leastDelayMs, spreadMs }
}

function judgeStatus(end: Extract<SocketEnd, { kind: 'http' }>): CloseCause {
  const { status, body = '', retryAfterMs } = end
  const text = `upgrade answered with HTTP ${status}`
  if (status >= 500 && /maintenance/i.test(body)) return plain('maintenance', status, text)
  if (status === 429 || (status === 503 && retryAfterMs !== null))
    return plain('rate', status, text)
  if (status === 401 || status === 403 || status === 418 || status === 451) {
    return plain('auth', status, text)
  }
  if (status >= 300 && status < 400) {
    return closedDoor('refused', status, `${text}: a redirect, which is not followed`)
  }
  return status < 500 ? closedDoor('refused', status, text) : plain('server', status, text)
}

const tlsCodes = /^(CERT_|ERR_TLS_|ERR_SSL_|EPROTO|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/
/** Of a name that was not found, and of a resolver that could not say: `EAI_AGAIN`, `EAI_FAIL` and the like. */
const nameCodes = /^(ENOTFOUND|EAI_[A-Z]+)$/
const offNetCodes = /^(ENETUNREACH|ENETDOWN|EHOSTUNREACH|EHOSTDOWN|EADDRNOTAVAIL)$/

function judgeError(code: string, message: string): CloseCause {
  const text = code === '' ? message : `${code}: ${message}`
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return plain('oversized', 1009, text)
  if (/^(WS_ERR_|HPE_)/.test(code)) return plain('protocol', 1002, text)
  if (nameCodes.test(code)) return plain('dns', null, text)
  if (offNetCodes.test(code)) return plain('unreachable', null, text)
  if (code === 'ETIMEDOUT') return plain('timeout', null, text)
  if (code === 'ECONNRESET' || code === 'EPIPE') return plain('reset', null, text)
  if (tlsCodes.test(code)) return closedDoor('tls', null, text)
  return plain('refused', null, text)
}
