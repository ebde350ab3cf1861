import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { SimCut, SimFaults, SimVenueId } from '../market.ts'

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
    if (socket.readyState !== WebSocket.OPEN) return false
    if (faults.onSend(venue, this.id, instrument) === 'drop') return false
    if (socket.bufferedAmount > maxBufferedBytes) {
      this.#options.onSlow()
      this.close(1008, 'ErrSlowConsume')
      return false
    }
    if (!this.#corked) {
      this.#corked = true
      stream.cork()
      process.nextTick(() => {
        this.#corked = false
        stream.uncork()
      })
    }
    socket.send(frame)
    this.#sentFrames += 1
    return true
  }

  /** Sends a WebSocket ping, unless the connection is closing. */
  ping(payload: string): void {
    const { socket } = this.#options
    if (socket.readyState === WebSocket.OPEN) socket.ping(payload)
  }

  /** Says goodbye properly; a peer that does not answer is cut a little later. */
  close(code: number, reason: string): void {
    this.#options.socket.close(code, reason)
  }

  /** Ends it in one of the ways a venue or a network would. */
  end(cut: SimCut): void {
    switch (cut.how) {
      case 'reset':
        this.#reset()
        return
      case 'eof':
        this.#options.stream.end()
        return
      case 'close':
        this.close(cut.code, '')
    }
  }

  terminate(): void {
    this.#options.socket.terminate()
  }

  /** Without a word, with a TCP reset where the transport can. */
  #reset(): void {
    const { stream, socket } = this.#options
    if (stream instanceof Socket) stream.resetAndDestroy()
    else socket.terminate()
  }
}
