import { rejected, type ParsedFrame } from '../venue.ts'
import type { EodhdStatusFrame, Unchecked } from './wire.ts'

/**
 * Reads a status message. Both key names occur, and a refused subscribe takes nothing of its message
 * (eodhd.md, "Session", read 2026-11-22).
 */
export function parseStatus(frame: Unchecked<EodhdStatusFrame>): ParsedFrame {
  const { status_code: statusCode, status = statusCode, message } = frame
  if (typeof status !== 'number') return rejected('status', 'a number', status)
  if (typeof message !== 'string') return rejected('message', 'text', message)
  const reason = `${status} ${message.slice(0, 200)}`
  switch (status) {
    case 200:
      return message === 'Authorized'
        ? { kind: 'authorized' }
        : { kind: 'notice', code: 'other', message: reason }
    case 422:
      return refused('request', /limit/i.test(message) ? 'limit' : 'other', reason)
    case 401:
    case 403:
      return refused('connection', 'authentication', reason)
    case 429:
      return { kind: 'notice', code: 'rate', message: reason }
    default:
      return refused('connection', 'other', reason)
  }
}

type Refused = Extract<ParsedFrame, { readonly kind: 'refused' }>

function refused(scope: Refused['scope'], code: Refused['code'], reason: string): Refused {
  return { kind: 'refused', requestId: null, scope, code, instruments: [], reason }
}
