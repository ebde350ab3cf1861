/**
 * What the main thread is doing, in memory that a watchdog in another thread can read while the main
 * thread stands still. Layout: four integers (whether a handler runs, lengths of its name and of its
 * subject, one free), three doubles (when it began, when the thread last turned, one free), two texts.
 */
const integers = 4
const doubles = 3
const textBytes = 96
const doublesAt = integers * Int32Array.BYTES_PER_ELEMENT
const textsAt = doublesAt + doubles * Float64Array.BYTES_PER_ELEMENT
const bytes = textsAt + 2 * textBytes

/** What is known of the main thread. Times are of the machine's monotonic clock, ms. */
export type HandlerState = {
  /** The handler that runs, or ran last. */
  readonly name: string
  /** What it was busy with, such as a connection; empty where it did not say. */
  readonly subject: string
  /** When it began; null while no handler runs. */
  readonly sinceMs: number | null
  /** When a handler last began or ended. */
  readonly turnedMs: number
}

/** Writes and reads that memory; each thread makes its own over the same buffer. */
export class HandlerMemory {
  readonly buffer: SharedArrayBuffer
  readonly #integers: Int32Array
  readonly #times: Float64Array
  readonly #texts: readonly [Uint8Array, Uint8Array]
  readonly #encoder = new TextEncoder()
  readonly #written: [string, string] = ['', '']

  constructor(buffer = new SharedArrayBuffer(bytes)) {
    this.buffer = buffer
    this.#integers = new Int32Array(buffer, 0, integers)
    this.#times = new Float64Array(buffer, doublesAt, doubles)
    this.#texts = [
      new Uint8Array(buffer, textsAt, textBytes),
      new Uint8Array(buffer, textsAt + textBytes, textBytes)
    ]
  }

  /** A handler began. */
  begin(name: string, nowMs: number): void {
    this.#write(0, name)
    this.#write(1, '')
    this.#times[0] = nowMs
    this.#times[1] = nowMs
    Atomics.store(this.#integers, 0, 1)
  }

  /** What the running handler is busy with now. */
  about(subject: string): void {
    this.#write(1, subject)
  }

  /** It ended, and no other runs. */
  end(nowMs: number): void {
    this.#times[1] = nowMs
    Atomics.store(this.#integers, 0, 0)
  }

  read(): HandlerState {
    const isRunning = Atomics.load(this.#integers, 0) === 1
    return {
      name: this.#text(0),
      subject: this.#text(1),
      sinceMs: isRunning ? (this.#times[0] ?? 0) : null,
      turnedMs: this.#times[1] ?? 0
    }
  }

  #write(slot: 0 | 1, text: string): void {
    if (this.#written[slot] === text) return
    this.#written[slot] = text
    const { written } = this.#encoder.encodeInto(text, this.#texts[slot])
    Atomics.store(this.#integers, 1 + slot, written)
  }

  #text(slot: 0 | 1): string {
    const length = Atomics.load(this.#integers, 1 + slot)
    // A decoder takes no shared memory.
    return new TextDecoder().decode(this.#texts[slot].slice(0, length))
  }
}

/** Ms of the machine's monotonic clock, the same in all threads of a process. */
export function machineMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000
}
