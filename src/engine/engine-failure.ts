import { StorageError } from './storage/storage-error.ts'

/** Why the engine cannot go on, and how its host should end. */
export class EngineFailure extends Error {
  override readonly name = 'EngineFailure'
  readonly code: string
  readonly exitCode: 1 | 2 | 78
  readonly retry: boolean

  constructor(code: string, message: string, exitCode: 1 | 2 | 78, retry = false) {
    super(message)
    this.code = code
    this.exitCode = exitCode
    this.retry = retry
  }
}

/** Makes a failure of whatever was thrown; what nobody expected may be tried again. */
export function failureOf(error: unknown): EngineFailure {
  if (error instanceof EngineFailure) return error
  if (error instanceof StorageError) {
    const exitCode = error.code === 'wrong-runtime' ? 78 : 1
    return new EngineFailure(error.code, error.message, exitCode, error.retry !== 'never')
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return new EngineFailure('internal', text, 1, true)
}
