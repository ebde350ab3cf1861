import { rejected } from '../venue.ts'
import type { ParsedFrame } from '../venue.ts'
import type { Topic } from './topic.ts'
import type { BybitAnswerFrame, Unchecked } from './wire.ts'

type Refused = Extract<ParsedFrame, { kind: 'refused' }>

/** Reads the answer to a request of ours: acknowledgement, refusal of the whole request, or pong. */
export function parseAnswer(
  frame: Unchecked<BybitAnswerFrame>,
  topics: ReadonlyMap<string, Topic>
): ParsedFrame {
  const { op, success, ret_msg: message = '' } = frame
  if (op === 'pong' || message === 'pong') return { kind: 'pong' }
  if (typeof success !== 'boolean') return rejected('success', 'true or false', success)
  if (typeof message !== 'string') return rejected('ret_msg', 'text', message)
  if (op !== 'subscribe' && op !== 'unsubscribe' && success) {
    return typeof op === 'string'
      ? { kind: 'unknown', type: `answer to ${op.slice(0, 30)}` }
      : rejected('op', 'text', op)
  }
  const requestId = typeof frame.req_id === 'string' && frame.req_id !== '' ? frame.req_id : null
  if (success) return { kind: 'acknowledged', requestId, subscribed: null }
  return {
    kind: 'refused',
    requestId,
    scope: 'request',
    code: codeOf(message),
    instruments: namedInstruments(message, topics),
    reason: message.slice(0, 200)
  }
}

/** Wordings of tiagosiebler/bybit-api #477 and nautilus_trader PR 1793. */
function codeOf(message: string): Refused['code'] {
  if (message.startsWith('error:handler not found')) return 'unknown-instrument'
  if (message.startsWith('error:already subscribed')) return 'already-subscribed'
  if (message.startsWith('args size')) return 'limit'
  return 'other'
}

function namedInstruments(
  message: string,
  topics: ReadonlyMap<string, Topic>
): Refused['instruments'] {
  const text = /,topic:(\S+)$/.exec(message)?.[1]
  const topic = text === undefined ? undefined : topics.get(text)
  return topic === undefined ? [] : [topic.instrument]
}
