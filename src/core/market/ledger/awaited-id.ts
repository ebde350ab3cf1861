import type { Frontier } from './frontier.ts'

/** The venue's word of a trade that is not here yet. */
export type AnnouncedId = {
  readonly id: number
  /** Venue time of the word. */
  readonly eventMs: number
  /** Run clock when it came. */
  readonly seenMs: number
}

/** An id told of ahead of its trade counts as missing after this long. */
const announcedMs = 2_000

/** The one word that is waited on, and no longer than 2 s; the frontier knows its id. */
export class AwaitedId {
  readonly #frontier: Frontier
  #announced: AnnouncedId | null = null

  constructor(frontier: Frontier) {
    this.#frontier = frontier
  }

  /** The word that still waits for its trades; null when they came. */
  get pending(): AnnouncedId | null {
    if (this.#announced !== null && this.#announced.id <= this.#frontier.highestId) this.wait(null)
    return this.#announced
  }

  /** Waits on a word in place of the one before; null: on none. */
  wait(announced: AnnouncedId | null): void {
    this.#announced = announced
    this.#frontier.announcedId = announced?.id ?? -Infinity
  }

  /** Takes the word that was waited on for too long on the run clock, if any. */
  takeLate(runNowMs: number): AnnouncedId | null {
    const announced = this.#announced === null ? null : this.pending
    if (announced === null || runNowMs - announced.seenMs <= announcedMs) return null
    this.wait(null)
    return announced
  }

  /** Takes a later word. @returns The one before it, when its trades stayed away for too long. */
  next(word: AnnouncedId): AnnouncedId | null {
    const announced = this.pending
    if (announced === null) {
      this.wait(word)
      return null
    }
    if (word.eventMs - announced.eventMs <= announcedMs) return null
    this.wait(word.id > announced.id ? word : null)
    return announced
  }
}
