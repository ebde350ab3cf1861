/** What keeps a data folder from being backed up; listed in docs/errors.md. */
export type BackupErrorCode =
  | 'backup-no-data'
  | 'backup-exists'
  | 'backup-bad-folder'
  | 'backup-no-room'
  | 'backup-not-whole'
  | 'backup-stopped'

/** A backup cannot begin, was stopped, or is not what it should be; nothing of it is left. */
export class BackupError extends Error {
  override readonly name = 'BackupError'
  readonly code: BackupErrorCode
  readonly retry = 'never'

  constructor(code: BackupErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options)
    this.code = code
  }
}
