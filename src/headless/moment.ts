import { ArgumentError } from './option-values.ts'

const epochMs = /^-?\d+(\.\d+)?$/
/** A year, month and day, with a time and a zone or without a time, which is midnight UTC. */
const isoText = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d))?$/

/**
 * Reads a moment: epoch milliseconds, or ISO 8601 with a zone; a date alone is 00:00 UTC.
 *
 * @param name Of its option, for the error.
 * @returns Epoch ms; null where nothing is given.
 * @throws ArgumentError
 */
export function readMoment(name: string, text: string | null): number | null {
  if (text === null) return null
  if (epochMs.test(text)) return Number(text)
  const atMs = isoText.test(text) ? Date.parse(text) : NaN
  if (Number.isFinite(atMs)) return atMs
  throw new ArgumentError(
    `--${name} must be epoch milliseconds or a time with its zone such as 2026-11-22T14:30:00Z, not ${JSON.stringify(text)}`
  )
}
