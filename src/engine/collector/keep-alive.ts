import type { Venue } from '../../venues/venue.ts'

/** Knows when the frame is due that a venue wants from time to time, else it ends the link. Times are monotonic ms. */
export class KeepAlive {
  readonly #wish: Venue['keepAlive']
  #sentMs = 0
  #sent = 0

  constructor(wish: Venue['keepAlive']) {
    this.#wish = wish
  }

  opened(nowMs: number): void {
    this.#sentMs = nowMs
  }

  /** The frame to be sent now, which then counts as sent; null while none is due. */
  takeDue(nowMs: number): string | null {
    if (this.#wish === null || nowMs - this.#sentMs < this.#wish.everyMs) return null
    this.#sentMs = nowMs
    this.#sent += 1
    return this.#wish.frame(this.#sent)
  }
}
