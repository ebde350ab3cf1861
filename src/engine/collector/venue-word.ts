import { ownCause } from './close-cause.ts'
import type { CloseCause } from './close-cause.ts'
import type { ControlFrame } from './frame-intake.ts'
import type { LinkContext, VenueNotice } from './link-options.ts'
import { sampleText } from './redaction.ts'
import type { Refused, Subscriptions } from './subscriptions.ts'

export type VenueWordOptions = {
  readonly context: LinkContext
  readonly subscriptions: Subscriptions
  /** Subscriptions may begin. */
  authorized(): void
  /** The link is of no use. */
  abandon(cause: CloseCause): void
  noticed(code: VenueNotice, text: string): void
  /** What the frame said cannot be known. */
  unread(reason: string): void
}

/** Hears what a venue says on one link besides data, and what it means for that link. */
export class VenueWord {
  readonly #options: VenueWordOptions
  readonly #context: LinkContext

  constructor(options: VenueWordOptions) {
    this.#options = options
    this.#context = options.context
  }

  hear(frame: ControlFrame): void {
    switch (frame.kind) {
      case 'authorized':
        this.#options.authorized()
        return
      case 'acknowledged':
        this.#options.subscriptions.acknowledged(frame)
        return
      case 'refused':
        this.#refused(frame)
        return
      case 'notice':
        this.#noticed(frame.code, frame.message)
        return
      case 'rejected':
        this.#options.unread(frame.reason)
        return
      case 'pong':
      case 'ignored':
        return
    }
  }

  #refused(refusal: Refused): void {
    if (refusal.code === 'authentication' || refusal.scope === 'connection') {
      const kinds = { authentication: 'auth', limit: 'rate' } as const
      const kind = refusal.code in kinds ? kinds[refusal.code as keyof typeof kinds] : 'refused'
      this.#options.abandon(ownCause(kind, `venue refused: ${this.#sample(refusal.reason)}`))
      return
    }
    if (this.#options.subscriptions.refused(refusal)) return
    this.#noticed(refusal.code === 'limit' ? 'rate' : 'other', refusal.reason)
  }

  /** What the venue says unasked; a warning of rates pauses all that is asked of it. */
  #noticed(code: VenueNotice, message: string): void {
    if (code === 'rate') this.#context.governor.pause(null)
    this.#options.noticed(code, `venue says: ${this.#sample(message)}`)
  }

  #sample(text: string): string {
    return sampleText(text, this.#context.apiKey)
  }
}
