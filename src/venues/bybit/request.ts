import { VenueError } from '../../core/venue-error.ts'
import type { VenueErrorCode } from '../../core/venue-error.ts'
import type { RestContext } from '../venue.ts'
import type { BybitEnvelope, Unchecked } from './wire.ts'

/**
 * Fetches one answer and opens its envelope: HTTP says 200 for most errors, `retCode` tells.
 *
 * @param path With its query: `/v5/market/time`.
 * @throws VenueError also where `retCode` is not 0.
 */
export async function fetchResult(
  context: RestContext,
  path: string
): Promise<{ readonly result: object; readonly timeMs: number }> {
  const { body } = await context.rest.getJson(`${context.restUrl}${path}`, context.signal)
  const { result, time } = openEnvelope(body, path)
  if (typeof result !== 'object' || result === null || typeof time !== 'number' || !(time > 0)) {
    throw badAnswer(`GET ${path}: expected result and time`)
  }
  return { result, timeMs: time }
}

/** Checks `retCode`; codes of `error.mdx`, read 2026-11-22. */
export function openEnvelope(body: unknown, path: string): Unchecked<BybitEnvelope> {
  const envelope: Unchecked<BybitEnvelope> = typeof body === 'object' && body !== null ? body : {}
  const { retCode, retMsg } = envelope
  if (retCode === 0) return envelope
  const message = typeof retMsg === 'string' ? retMsg.slice(0, 200) : ''
  if (typeof retCode !== 'number') throw badAnswer(`GET ${path}: expected retCode`)
  const [code, retry] = meaningOf(retCode, message)
  throw new VenueError(code, `GET ${path}: ${retCode} ${message}`, { retry, detail: { retCode } })
}

/** Reads the `list` of a result. */
export function listOf(result: object, path: string): readonly unknown[] {
  const { list }: { readonly list?: unknown } = result
  if (!Array.isArray(list)) throw badAnswer(`GET ${path}: expected a list`)
  return list
}

export function badAnswer(message: string, cause?: unknown): VenueError {
  return new VenueError('venue-bad-answer', message, { retry: 'after', cause })
}

function meaningOf(
  retCode: number,
  message: string
): readonly [code: VenueErrorCode, retry: 'after' | 'never'] {
  if (retCode === 10_006 || retCode === 10_429) return ['venue-rate-limited', 'after']
  if (retCode === 10_016) return ['venue-unreachable', 'after']
  if (retCode === 10_001 && /symbol/i.test(message)) return ['venue-unknown-instrument', 'never']
  return ['venue-refused', 'never']
}
