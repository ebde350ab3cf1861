import type { Socket } from 'node:net'
import type { Random } from '../../core/market/random.ts'
import type { ProxyBehaviour, ProxyDirection } from './proxy-behaviour.ts'

type Piece = { readonly bytes: Buffer; readonly dueMs: number }

/** Bytes on their way at which the sender is paused. */
const mostWaitingBytes = 1024 * 1024

/** One direction of a proxied connection. */
export class ProxyPipe {
  readonly #from: Socket
  readonly #to: Socket
  readonly #direction: ProxyDirection
  readonly #behaviour: () => ProxyBehaviour
  readonly #random: Random
  #waiting: Piece[] = []
  #waitingBytes = 0
  #lastDueMs = 0
  #timer: NodeJS.Timeout | null = null
  #hasLost = false

  constructor(of: {
    readonly from: Socket
    readonly to: Socket
    readonly direction: ProxyDirection
    /** Asked for each chunk that comes. */
    readonly behaviour: () => ProxyBehaviour
    readonly random: Random
  }) {
    this.#from = of.from
    this.#to = of.to
    this.#direction = of.direction
    this.#behaviour = of.behaviour
    this.#random = of.random
    this.#from.on('data', (chunk: Buffer) => this.#take(chunk))
    this.#from.on('end', () => this.#end())
  }

  /** Whether bytes were thrown away: what comes later would make no sense. */
  get hasLost(): boolean {
    return this.#hasLost
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#waiting = []
  }

  #take(chunk: Buffer): void {
    const behaviour = this.#behaviour()
    if (behaviour.drop === 'both' || behaviour.drop === this.#direction) {
      this.#hasLost = true
      return
    }
    const isPlain =
      behaviour.delayMs === 0 && behaviour.bytesPerSecond === null && this.#waiting.length === 0
    for (const bytes of this.#cut(chunk, behaviour.sliceBytes)) {
      if (isPlain) this.#to.write(bytes)
      else this.#keep(bytes, behaviour)
    }
    if (isPlain && this.#to.writableNeedDrain) this.#pauseUntilDrained()
    if (this.#waitingBytes > mostWaitingBytes) this.#from.pause()
    this.#schedule()
  }

  #end(): void {
    if (this.#waiting.length === 0) this.#to.end()
    else this.#keep(Buffer.alloc(0), this.#behaviour())
    this.#schedule()
  }

  *#cut(chunk: Buffer, most: number | null): Generator<Buffer> {
    if (most === null) {
      yield chunk
      return
    }
    for (let from = 0; from < chunk.length;) {
      const length = 1 + Math.floor(this.#random() * most)
      yield chunk.subarray(from, from + length)
      from += length
    }
  }

  #keep(bytes: Buffer, { delayMs, jitterMs, bytesPerSecond }: ProxyBehaviour): void {
    const transferMs = bytesPerSecond === null ? 0 : (bytes.length * 1_000) / bytesPerSecond
    const laterMs = Math.max(0, delayMs + jitterMs * (2 * this.#random() - 1))
    const earliestMs = Math.max(performance.now() + laterMs, this.#lastDueMs)
    this.#lastDueMs = earliestMs + transferMs
    this.#waiting.push({ bytes, dueMs: this.#lastDueMs })
    this.#waitingBytes += bytes.length
  }

  #schedule(): void {
    const [next] = this.#waiting
    if (next === undefined || this.#timer !== null) return
    this.#timer = setTimeout(
      () => {
        this.#timer = null
        this.#deliver()
      },
      Math.max(0, next.dueMs - performance.now())
    )
  }

  #deliver(): void {
    const nowMs = performance.now()
    const firstLater = this.#waiting.findIndex(({ dueMs }) => dueMs > nowMs)
    const due = this.#waiting.splice(0, firstLater < 0 ? this.#waiting.length : firstLater)
    for (const { bytes } of due) {
      this.#waitingBytes -= bytes.length
      if (bytes.length === 0) this.#to.end()
      else this.#to.write(bytes)
    }
    if (this.#waitingBytes <= mostWaitingBytes) this.#from.resume()
    this.#schedule()
  }

  #pauseUntilDrained(): void {
    this.#from.pause()
    this.#to.once('drain', () => this.#from.resume())
  }
}
