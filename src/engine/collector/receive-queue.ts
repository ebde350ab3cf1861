import type { StructureRow } from '../../contracts/state-rows.ts'

/** Frames that wait are taken in at once past this many, so a burst is worked off as it comes. */
const mostWaiting = 256
/** Frames are taken in for so long at a stretch: timers, sockets and the host get their turn in between. */
const stretchMs = 20
/** The end of a link waits for its frames so long at a stretch. */
const endStretchMs = 250
/** Bounds of what waits; and of how long, so that a link does not seem silent while its frames wait here. */
const mostHeld = 10_000
const mostHeldBytes = 8 * 1_048_576
const longestWaitMs = 1_000
/** Looking at the clock after each frame would cost as much as a small frame. */
const framesPerLook = 4

/** Who takes a frame in. Times are of its arrival: the run clock's epoch ms, and monotonic ms. */
export interface FrameTaker {
  /** Of the link it is. */
  readonly name: string
  take(data: Buffer, receivedMs: number, atMs: number): void
}

/** Who looks after the taking in: it is timed, and what one frame throws does not cost the others. */
export interface DrainWatch {
  /** Runs the taking in of what waits, or of a part of it. */
  during(drain: () => void): void
  /** The next frame is of this taker. */
  about(taker: FrameTaker): void
  /** A taker threw. @throws what must not be kept from the rest of the engine. */
  threw(taker: FrameTaker, error: unknown): void
  /** `high`: no more frames should be read until `normal` is told. */
  pressure(pressure: 'high' | 'normal'): void
}

/** Time and turns of the event loop, as the queue uses them. */
export type QueueTurns = {
  readonly monotonicMs: () => number
  /** Calls back after sockets and timers had a turn. */
  readonly later: (callback: () => void) => void
}

const unwatched: DrainWatch = {
  during: (drain) => drain(),
  about: () => undefined,
  threw: (...[, error]) => {
    throw error
  },
  pressure: () => undefined
}

const ownTurns: QueueTurns = {
  monotonicMs: () => performance.now(),
  later: (callback) => void setImmediate(callback)
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
 * what the frames changed. Where takers are slower than venues, frames are taken in a stretch at a time,
 * and reading pauses until none waits: at 10,000 frames, 8 MiB, or once the oldest waited for a second.
 * What the sockets still had in hand comes on top.
 */
export class ReceiveQueue {
  readonly #most: number
  readonly #watch: DrainWatch
  readonly #turns: QueueTurns
  readonly #takeStretch = () => this.#take(this.#turns.monotonicMs() + stretchMs)
  readonly #goOn = () => {
    this.#isGoingOn = false
    this.drain()
  }
  #waiting: Waiting[] = []
  #next = 0
  #bytes = 0
  #isGoingOn = false
  #pressure: 'high' | 'normal' = 'normal'

  /** @param most How many may wait; 1 takes each frame in as it comes. */
  constructor(most = mostWaiting, watch = unwatched, turns = ownTurns) {
    this.#most = most
    this.#watch = watch
    this.#turns = turns
  }

  add(frame: Waiting): void {
    this.#waiting.push(frame)
    this.#bytes += frame.data.length
    const held = this.#waiting.length - this.#next
    if (held >= mostHeld || this.#bytes >= mostHeldBytes) this.#setPressure('high')
    if (held >= this.#most && !this.#isGoingOn) this.drain()
  }

  /** Takes in what waits, a stretch of it where it is much; the rest follows by itself. A taker may call it again. */
  drain(): void {
    if (this.#next < this.#waiting.length) this.#watch.during(this.#takeStretch)
  }

  /** Calls back once no frame of a taker waits: at once, unless there is much to take in. */
  whenTaken(taker: FrameTaker, then: () => void): void {
    if (this.#next < this.#waiting.length) {
      this.#watch.during(() => this.#take(this.#turns.monotonicMs() + endStretchMs))
    }
    const isWaiting = this.#waiting.slice(this.#next).some((frame) => frame.taker === taker)
    if (isWaiting) this.#turns.later(() => this.whenTaken(taker, then))
    else then()
  }

  /** What waits, and its bounds. */
  structures(): readonly StructureRow[] {
    const frames = this.#waiting.length - this.#next
    return [
      { name: 'frames to take in', size: frames, bound: mostHeld, dropped: 0 },
      { name: 'bytes of frames to take in', size: this.#bytes, bound: mostHeldBytes, dropped: 0 }
    ]
  }

  /** Takes a few frames at least. */
  #take(untilMs: number): void {
    let last: FrameTaker | null = null
    for (let taken = 1; ; taken += 1) {
      const frame = this.#waiting[this.#next]
      if (frame === undefined) break
      this.#next += 1
      this.#bytes -= frame.data.length
      const { taker } = frame
      if (taker !== last) this.#watch.about(taker)
      last = taker
      try {
        taker.take(frame.data, frame.receivedMs, frame.atMs)
      } catch (error) {
        this.#watch.threw(taker, error)
      }
      if (taken % framesPerLook === 0 && this.#turns.monotonicMs() >= untilMs) break
    }
    this.#tidy()
  }

  /** Forgets what was taken, and sees to what was not. */
  #tidy(): void {
    const left = this.#waiting[this.#next]
    if (left === undefined) {
      this.#waiting = []
      this.#next = 0
      this.#setPressure('normal')
      return
    }
    if (this.#next >= this.#waiting.length / 2) {
      this.#waiting = this.#waiting.slice(this.#next)
      this.#next = 0
    }
    if (this.#turns.monotonicMs() - left.atMs >= longestWaitMs) this.#setPressure('high')
    if (this.#isGoingOn) return
    this.#isGoingOn = true
    this.#turns.later(this.#goOn)
  }

  #setPressure(pressure: 'high' | 'normal'): void {
    if (pressure === this.#pressure) return
    this.#pressure = pressure
    this.#watch.pressure(pressure)
  }
}
