/** What keeps trades of a file from being taken in; listed in docs/errors.md. */
export type ImportErrorCode =
  | 'import-unknown-venue'
  | 'import-unknown-instrument'
  | 'import-bad-interval'
  | 'import-no-trades'
  | 'import-bad-row'
  | 'import-differs'
  | 'import-other-mode'
  | 'import-file-changed'
  | 'import-stopped'

/** An import cannot begin, or go on; nothing of it is stored. The message is one line. */
export class ImportError extends Error {
  override readonly name = 'ImportError'
  readonly code: ImportErrorCode
  readonly retry = 'never'

  constructor(code: ImportErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
