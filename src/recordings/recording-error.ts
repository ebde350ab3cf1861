/** What is wrong with a recording; listed in docs/errors.md. */
export type RecordingErrorCode =
  | 'recording-missing'
  | 'recording-unreadable'
  | 'recording-unknown-format'
  | 'recording-bad-line'
  | 'recording-bad-value'

/** A recording or tape cannot be read or written. The message names file and line. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError'
  readonly code: RecordingErrorCode
  readonly retry = 'never'
  readonly file: string
  /** Counted from 1, in the unpacked text; null when no line is at fault. */
  readonly line: number | null
  /** Name of the column at fault; null where the format has none. */
  readonly column: string | null

  constructor(
    code: RecordingErrorCode,
    problem: string,
    at: {
      readonly file: string
      readonly line?: number
      readonly column?: string
      readonly cause?: unknown
    }
  ) {
    const place = at.line === undefined ? at.file : `${at.file}:${at.line}`
    super(`${place}: ${problem}`, { cause: at.cause })
    this.code = code
    this.file = at.file
    this.line = at.line ?? null
    this.column = at.column ?? null
  }
}
