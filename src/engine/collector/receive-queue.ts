/** Frames that wait are taken in at once past this many, so a burst is worked off as it comes. */
const mostWaiting = 256

/** Who takes a frame in. Times are of its arrival: the run clock's epoch ms, and monotonic ms. */
export interface FrameTaker {
  /** Of the link it is. */
  readonly name: string
  take(data: Buffer, receivedMs: number, atMs: number): void
}

/** Who looks after the taking in: it is timed, and what one frame throws does not cost the others. */
export interface DrainWatch {
  /** Runs the taking in of all that waits. */
  during(drain: () => void): void
  /** The next frame is of this taker. */
  about(taker: FrameTaker): void
  /** A taker threw. @throws what must not be kept from the rest of the engine. */
  threw(taker: FrameTaker, error: unknown): void
}

const unwatched: DrainWatch = {
  during: (drain) => drain(),
  about: () => undefined,
  threw: (...[, error]) => {
    throw error
  }
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
  readonly #watch: DrainWatch
  readonly #takeAll = () => this.#take()
  #waiting: Waiting[] = []
  #next = 0

  /** @param most How many may wait; 1 takes each frame in as it comes. */
  constructor(most = mostWaiting, watch = unwatched) {
    this.#most = most
    this.#watch = watch
  }

  add(frame: Waiting): void {
    this.#waiting.push(frame)
    if (this.#waiting.length - this.#next >= this.#most) this.drain()
  }

  /** Takes in what waits. A taker may call it again: what it leaves is nothing. */
  drain(): void {
    if (this.#next < this.#waiting.length) this.#watch.during(this.#takeAll)
  }

  #take(): void {
    let last: FrameTaker | null = null
    for (;;) {
      const frame = this.#waiting[this.#next]
      if (frame === undefined) break
      this.#next += 1
      const { taker } = frame
      if (taker !== last) this.#watch.about(taker)
      last = taker
      try {
        taker.take(frame.data, frame.receivedMs, frame.atMs)
      } catch (error) {
        this.#watch.threw(taker, error)
      }
    }
    this.#waiting = []
    this.#next = 0
  }
}
