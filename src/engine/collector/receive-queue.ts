/** Frames that wait are taken in at once past this many, so a burst is worked off as it comes. */
const mostWaiting = 256

/** Who takes a frame in. Times are of its arrival: the run clock's epoch ms, and monotonic ms. */
export interface FrameTaker {
  take(data: Buffer, receivedMs: number, atMs: number): void
}

type Waiting = {
  readonly taker: FrameTaker
  readonly data: Buffer
  readonly receivedMs: number
  readonly atMs: number
}

/**
 * Frames that were received and stamped, waiting to be taken in together and in order of arrival.
 *
 * Most of what a frame costs is waking up code that has gone cold; taken together they are cheaper
 * (docs/adr/0011-frames-are-taken-in-together.md). The owner drains it as often as anybody looks at
 * what the frames changed. Holds at most 256.
 */
export class ReceiveQueue {
  readonly #most: number
  #waiting: Waiting[] = []
  #next = 0

  /** @param most How many may wait; 1 takes each frame in as it comes. */
  constructor(most = mostWaiting) {
    this.#most = most
  }

  add(frame: Waiting): void {
    this.#waiting.push(frame)
    if (this.#waiting.length - this.#next >= this.#most) this.drain()
  }

  /** Takes in what waits. A taker may call it again: what it leaves is nothing. */
  drain(): void {
    for (;;) {
      const frame = this.#waiting[this.#next]
      if (frame === undefined) break
      this.#next += 1
      frame.taker.take(frame.data, frame.receivedMs, frame.atMs)
    }
    this.#waiting = []
    this.#next = 0
  }
}
