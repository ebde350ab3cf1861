/** What keeps captured frames, or a stored stretch, from being replayed; listed in docs/errors.md. */
export type ReplayErrorCode =
  | 'replay-unknown-venue'
  | 'replay-venue-not-told'
  | 'replay-unknown-instrument'
  | 'replay-instruments-not-told'
  | 'replay-bad-interval'
  | 'replay-no-frames'
  | 'replay-already-stored'
  | 'replay-no-data'
  | 'replay-bad-range'

/** A replay cannot begin, or go on. The message is one line that names the argument at fault. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError'
  readonly code: ReplayErrorCode
  readonly retry = 'never'

  constructor(code: ReplayErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
