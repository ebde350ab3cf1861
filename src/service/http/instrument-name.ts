import type { StreamRelay } from '../stream-relay.ts'
import { RequestError } from './answer.ts'

/**
 * Finds `venue:SYMBOL` or, where only one venue has it, a bare `SYMBOL`; the first venue by name
 * otherwise.
 *
 * @throws RequestError 404
 */
export function resolveInstrument(text: string, relay: StreamRelay): string {
  if (relay.publisher.find('instruments', text) !== null) return text
  const matches = [...relay.publisher.rows('instruments')]
    .filter((row) => row.symbol === text)
    .map((row) => row.id)
    .sort()
  const first = matches[0]
  if (first === undefined) throw unknownInstrument(text)
  return first
}

export function unknownInstrument(text: string): RequestError {
  return new RequestError(
    404,
    'unknown-instrument',
    `no instrument ${JSON.stringify(text)} is collected`,
    'instrument'
  )
}
