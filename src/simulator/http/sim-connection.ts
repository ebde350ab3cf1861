import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { SimCut, SimFaults, SimVenueId } from '../market.ts'
import { rawClose, startedFrame } from './raw-frame.ts'
import { sendEndlessFragments } from './endless-fragments.ts'

export type SimConnectionOptions = {
  readonly id: string
  /** Remote address, the key of every limit. */
  readonly address: string
  readonly venue: SimVenueId
  readonly socket: WebSocket
  readonly stream: Duplex
  readonly faults: SimFaults
  /** Bytes that may wait for a slow reader. */
  readonly maxBufferedBytes: number
  /** Told once, when the bound is passed. */
  readonly onSlow: () => void
}

/** One client of a simulated venue. */
export class SimConnection {
  readonly id: string
  readonly address: string
  readonly #options: SimConnectionOptions
  readonly #openedMs = performance.now()
  #corked = false
  #isFrozen = false
  #sentFrames = 0

  constructor(options: SimConnectionOptions) {
    this.id = options.id
    this.address = options.address
    this.#options = options
  }

  /** Frames written so far; a scanner sees by it whether anything was said. */
  get sentFrames(): number {
    return this.#sentFrames
  }

  /** Since the upgrade, on the monotonic clock. */
  get ageMs(): number {
    return performance.now() - this.#openedMs
  }

  /** Bytes that wait for the reader. */
  get bufferedBytes(): number {
    return this.#options.socket.bufferedAmount
  }

  /**
   * Writes one frame, unless a fault takes it, the connection is closing, or its reader is too slow.
   *
   * Frames of one turn of the event loop leave in one write.
   *
   * @param instrument What the frame is about; null for control frames.
   * @returns Whether it was written.
   */
  send(frame: string, instrument: InstrumentId | null): boolean {
    const { socket, stream, faults, venue, maxBufferedBytes } = this.#options
    if (socket.readyState !== WebSocket.OPEN || this.#isFrozen) return false
    if (faults.onSend(venue, this.id, instrument) === 'drop') return false
    if (socket.bufferedAmount > maxBufferedBytes) {
      this.#options.onSlow()
      this.close(1008, 'ErrSlowConsume')
      return false
    }
    const told = faults.onFrame(venue, instrument, frame)
    if (told === null) return true
    if (!this.#corked) {
      this.#corked = true
      stream.cork()
      process.nextTick(() => {
        this.#corked = false
        stream.uncork()
      })
    }
    socket.send(told)
    this.#sentFrames += 1
    return true
  }

  /** Sends a WebSocket ping, unless the connection is closing. */
  ping(payload: string): void {
    const { socket } = this.#options
    if (socket.readyState === WebSocket.OPEN && !this.#isFrozen) socket.ping(payload)
  }

  /** Says goodbye properly; a peer that does not answer is cut a little later. */
  close(code: number, reason: string): void {
    if (!this.#isFrozen) this.#options.socket.close(code, reason)
  }

  /** Does to it one of the things a venue or a network would. */
  end(cut: SimCut): void {
    const { stream } = this.#options
    switch (cut.how) {
      case 'reset':
        this.#reset()
        return
      case 'eof':
        stream.end()
        return
      case 'mid-frame':
        stream.write(startedFrame, () => this.#reset())
        return
      case 'close':
        this.#closeWith(cut.code)
        return
      case 'freeze':
        if (cut.partial) stream.write(startedFrame)
        this.#freeze()
        return
      case 'raw':
        stream.write(cut.bytes)
        return
      case 'fragments':
        sendEndlessFragments(stream, cut)
        return
      case 'say':
        this.send(cut.frame, null)
    }
  }

  terminate(): void {
    this.#options.socket.terminate()
  }

  /** The library refuses codes that no peer may send. */
  #closeWith(code: number | null): void {
    const isSendable =
      code !== null &&
      ((code >= 3000 && code <= 4999) ||
        (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)))
    if (isSendable) this.close(code, '')
    else this.#options.stream.write(rawClose(code))
  }

  /** What still comes is thrown away, but for the end of the stream. */
  #freeze(): void {
    this.#isFrozen = true
    const { stream } = this.#options
    stream.removeAllListeners('data')
    stream.resume()
  }

  /** Without a word, with a TCP reset where the transport can. */
  #reset(): void {
    const { stream, socket } = this.#options
    if (stream instanceof Socket) stream.resetAndDestroy()
    else socket.terminate()
  }
}
