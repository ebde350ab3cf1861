/** What a client asked, or what is wrong with it. */
export type BinanceRequest =
  | { readonly kind: 'subscribe'; readonly id: RequestId; readonly streams: readonly string[] }
  | { readonly kind: 'unsubscribe'; readonly id: RequestId; readonly streams: readonly string[] }
  | { readonly kind: 'list'; readonly id: RequestId }
  | { readonly kind: 'setCombined'; readonly id: RequestId; readonly value: boolean }
  | { readonly kind: 'getCombined'; readonly id: RequestId }
  | RefusedRequest

type RefusedRequest = {
  readonly kind: 'refused'
  readonly code: number
  readonly message: string
  /** Said again only where the venue does so: with code 0. */
  readonly id?: RequestId
}

export type RequestId = string | number | null

const methods = [
  'SUBSCRIBE',
  'UNSUBSCRIBE',
  'LIST_SUBSCRIPTIONS',
  'SET_PROPERTY',
  'GET_PROPERTY'
] as const
type Method = (typeof methods)[number]

function refused(code: number, message: string): RefusedRequest {
  return { kind: 'refused', code, message }
}

function invalid(what: string): RefusedRequest {
  return refused(2, `Invalid request: ${what}`)
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.getOwnPropertyDescriptor(value, name)?.value
}

/** A whole number of 64 bits (which JSON numbers here may only approach), up to 36 letters and digits, or null. */
function isId(value: unknown): value is RequestId {
  if (value === null) return true
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 2 ** 63
  return typeof value === 'string' && /^[0-9A-Za-z_-]{1,36}$/.test(value)
}

/** Reads one message. The wording of refusals is the documents'; a column is where the text ends. */
export function readRequest(text: string): BinanceRequest {
  let wire: unknown
  try {
    wire = JSON.parse(text)
  } catch {
    return refused(3, `Invalid JSON: expected value at line 1 column ${text.length}`)
  }
  const place = `at line 1 column ${text.length}`
  const method = field(wire, 'method')
  if (method === undefined) return invalid(`missing field \`method\` ${place}`)
  const known = methods.find((name) => name === method)
  if (known === undefined) {
    const expected = methods.map((name) => `\`${name}\``).join(', ')
    return invalid(
      `unknown variant ${JSON.stringify(method)}, expected one of ${expected} ${place}`
    )
  }
  const id = field(wire, 'id')
  if (!isId(id)) return invalid('request ID must be an unsigned integer')
  return readParams(known, id, field(wire, 'params'))
}

function readParams(method: Method, id: RequestId, value: unknown): BinanceRequest {
  const params: readonly unknown[] | null = Array.isArray(value) ? value : null
  switch (method) {
    case 'SUBSCRIBE':
    case 'UNSUBSCRIBE': {
      if (params === null) return invalid('missing field `params`')
      const streams = params.filter((param) => typeof param === 'string')
      if (streams.length < params.length) return invalid('stream name must be a string')
      return { kind: method === 'SUBSCRIBE' ? 'subscribe' : 'unsubscribe', id, streams }
    }
    case 'LIST_SUBSCRIPTIONS':
      return (params?.length ?? 0) > 0 ? invalid('too many parameters') : { kind: 'list', id }
    case 'SET_PROPERTY':
    case 'GET_PROPERTY':
      return readProperty(method, id, params ?? [])
  }
}

function readProperty(
  method: 'SET_PROPERTY' | 'GET_PROPERTY',
  id: RequestId,
  [name, value, ...more]: readonly unknown[]
): BinanceRequest {
  if (typeof name !== 'string') return invalid('property name must be a string')
  if (more.length > 0 || (method === 'GET_PROPERTY' && value !== undefined)) {
    return invalid('too many parameters')
  }
  if (name !== 'combined') return { ...refused(0, 'Unknown property'), id }
  if (method === 'GET_PROPERTY') return { kind: 'getCombined', id }
  if (typeof value !== 'boolean') return refused(1, 'Invalid value type: expected Boolean')
  return { kind: 'setCombined', id, value }
}
