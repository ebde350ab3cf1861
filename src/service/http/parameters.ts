import { RequestError } from './answer.ts'

/**
 * Reads a request's query parameters, each known by name.
 *
 * @throws RequestError 400 naming the first parameter that is not `known` or is given twice.
 */
export function readParameters(
  search: URLSearchParams,
  known: readonly string[]
): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const [name, value] of search) {
    if (!known.includes(name)) {
      const list = known.length === 0 ? 'none is known here' : `known: ${known.join(', ')}`
      throw new RequestError(400, 'unknown-parameter', `unknown parameter ${name}; ${list}`, name)
    }
    if (values.has(name)) {
      throw new RequestError(400, 'bad-parameter', `parameter ${name} is given twice`, name)
    }
    values.set(name, value)
  }
  return values
}

/** @throws RequestError 400 when missing. */
export function requiredText(values: ReadonlyMap<string, string>, name: string): string {
  const value = values.get(name)
  if (value === undefined || value === '') {
    throw new RequestError(400, 'missing-parameter', `parameter ${name} is required`, name)
  }
  return value
}

/** Reads a whole number in [1, most]. @throws RequestError 400 */
export function limitOf(
  values: ReadonlyMap<string, string>,
  bounds: { readonly usual: number; readonly most: number }
): number {
  const text = values.get('limit')
  if (text === undefined) return bounds.usual
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (value >= 1 && value <= bounds.most) return value
  throw new RequestError(
    400,
    'bad-parameter',
    `limit must be a whole number from 1 to ${bounds.most}, not ${JSON.stringify(text)}`,
    'limit'
  )
}

/** Reads a time: epoch ms or ISO 8601 with a zone; null when absent. @throws RequestError 400 */
export function timeOf(values: ReadonlyMap<string, string>, name: string): number | null {
  const text = values.get(name)
  if (text === undefined) return null
  if (/^\d{1,15}(\.\d{1,6})?$/.test(text)) return Number(text)
  const parsedMs = /T.*(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isFinite(parsedMs)) return parsedMs
  throw new RequestError(
    400,
    'bad-parameter',
    `${name} must be epoch milliseconds or ISO 8601 with a zone, not ${JSON.stringify(text)}`,
    name
  )
}

/** Reads `true` or `false`; false when absent. @throws RequestError 400 */
export function flagOf(values: ReadonlyMap<string, string>, name: string): boolean {
  const text = values.get(name) ?? 'false'
  if (text === 'true' || text === 'false') return text === 'true'
  throw new RequestError(
    400,
    'bad-parameter',
    `${name} must be true or false, not ${JSON.stringify(text)}`,
    name
  )
}
