/** What keeps stored data from being written to a file; listed in docs/errors.md. */
export type ExportErrorCode =
  | 'export-no-data'
  | 'export-unknown-instrument'
  | 'export-bad-interval'
  | 'export-bad-range'
  | 'export-file-exists'
  | 'export-bad-folder'
  | 'export-stopped'

/** An export cannot begin, or was stopped. The message is one line that names the argument at fault. */
export class ExportError extends Error {
  override readonly name = 'ExportError'
  readonly code: ExportErrorCode
  readonly retry = 'never'

  constructor(code: ExportErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
