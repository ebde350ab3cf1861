/** What is wrong with a recording; listed in docs/errors.md. */
export type RecordingErrorCode =
  | 'recording-missing'
  | 'recording-unreadable'
  | 'recording-unwritable'
  | 'recording-unknown-format'
  | 'recording-newer'
  | 'recording-damaged'
  | 'recording-bad-line'
  | 'recording-bad-value'

/** A recording or tape cannot be read or written. The message names file and line, or file and byte. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError'
  readonly code: RecordingErrorCode
  readonly retry = 'never'
  readonly file: string
  /** Counted from 1, in the unpacked text; null when no line is at fault. */
  readonly line: number | null
  /** Where in the file it shows, in bytes; null where lines tell it, or the file as a whole is at fault. */
  readonly offset: number | null
  /** Name of the column at fault; null where the format has none. */
  readonly column: string | null

  constructor(
    code: RecordingErrorCode,
    problem: string,
    at: {
      readonly file: string
      readonly line?: number
      readonly offset?: number
      readonly column?: string
      readonly cause?: unknown
    }
  ) {
    super(`${placeOf(at)}: ${problem}`, { cause: at.cause })
    this.code = code
    this.file = at.file
    this.line = at.line ?? null
    this.offset = at.offset ?? null
    this.column = at.column ?? null
  }
}

/** Says that a file cannot be written, and why. */
export function unwritable(file: string, cause: unknown): RecordingError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new RecordingError('recording-unwritable', `cannot be written (${reason})`, {
    file,
    cause
  })
}

function placeOf(at: {
  readonly file: string
  readonly line?: number
  readonly offset?: number
}): string {
  if (at.line !== undefined) return `${at.file}:${at.line}`
  return at.offset === undefined ? at.file : `${at.file}, byte ${at.offset}`
}
