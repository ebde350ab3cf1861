/** What failed. */
export type VenueErrorCode =
  | 'venue-unreachable'
  | 'venue-refused'
  | 'venue-rate-limited'
  | 'venue-bad-answer'
  | 'venue-unknown-instrument'
  | 'venue-key-missing'

/** Something outside failed: a venue, its network or its answers. Codes are listed in docs/errors.md. */
export class VenueError extends Error {
  override readonly name = 'VenueError'
  readonly code: VenueErrorCode
  readonly retry: 'now' | 'after' | 'never'
  readonly detail: Readonly<Record<string, string | number | null>>

  constructor(
    code: VenueErrorCode,
    message: string,
    options: {
      readonly retry: 'now' | 'after' | 'never'
      readonly detail?: Readonly<Record<string, string | number | null>>
      readonly cause?: unknown
    }
  ) {
    super(message, { cause: options.cause })
    this.code = code
    this.retry = options.retry
    this.detail = options.detail ?? {}
  }
}
