/** What can be wrong with stored data; listed in docs/errors.md. */
export type StorageErrorCode =
  /** Runs under a Node that would crash on the SQLite module. */
  | 'wrong-runtime'
  /** Data folder missing, not a folder, or not writable. */
  | 'storage-folder'
  /** Another running instance owns the data folder. */
  | 'storage-locked'
  /** Not a Tapedeck database, or an empty file where one should be. */
  | 'storage-not-ours'
  /** Written by a newer Tapedeck. */
  | 'storage-newer-schema'
  /** Holds live data and was opened for a simulated run, or the reverse. */
  | 'storage-mode-mismatch'
  /** SQLite cannot read its own pages. */
  | 'storage-corrupt'
  /** SQLite did not keep WAL or FULL when told to. */
  | 'storage-not-durable'
  /** Another process holds the write lock. */
  | 'storage-busy'
  | 'storage-disk-full'
  /** A file of trades cannot be read or written; `detail` holds which, and where. */
  | 'storage-tape'
  /** The storage thread ended or does not answer. */
  | 'storage-thread'
  /** Any other failure of SQLite; `detail` holds its own code. */
  | 'storage-failed'

/** Facts for the log. */
export type StorageErrorDetail = Readonly<Record<string, string | number | null>>

/** Stored data cannot be reached, read or kept. `message` is one line for people, without a stack. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly code: StorageErrorCode
  readonly retry: 'now' | 'after' | 'never'
  readonly detail: StorageErrorDetail

  constructor(
    code: StorageErrorCode,
    message: string,
    options: { readonly detail?: StorageErrorDetail; readonly cause?: unknown } = {}
  ) {
    super(message, { cause: options.cause })
    this.code = code
    this.retry = retryOf(code)
    this.detail = options.detail ?? {}
  }
}

/** A StorageError as it crosses a thread border. */
export type StorageErrorData = {
  readonly code: StorageErrorCode
  readonly message: string
  readonly detail: StorageErrorDetail
}

export function storageErrorData(error: StorageError): StorageErrorData {
  return { code: error.code, message: error.message, detail: error.detail }
}

export function storageErrorFrom(data: StorageErrorData): StorageError {
  return new StorageError(data.code, data.message, { detail: data.detail })
}

function retryOf(code: StorageErrorCode): 'now' | 'after' | 'never' {
  if (code === 'storage-busy' || code === 'storage-thread') return 'now'
  return code === 'storage-disk-full' ? 'after' : 'never'
}
