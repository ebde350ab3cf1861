import type { Socket } from 'node:net'
import type { Capture } from './captured-frames.ts'

const chunkBytes = 65_536

/** Frames of a capture as WebSocket bytes: what a server sends, unmasked. */
export class FrameBytes {
  readonly #bytes: Buffer
  readonly #ends: Uint32Array
  readonly #products: Uint16Array

  constructor({ frames }: Capture) {
    const size = frames.reduce((total, { text }) => total + headerBytes(text) + text.length, 0)
    this.#bytes = Buffer.allocUnsafeSlow(size)
    this.#ends = new Uint32Array(frames.length)
    this.#products = new Uint16Array(frames.length)
    let at = 0
    for (const [index, { text, product }] of frames.entries()) {
      at += writeHeader(this.#bytes, at, text)
      at += this.#bytes.write(text, at, 'latin1')
      this.#ends[index] = at
      this.#products[index] = product
    }
  }

  /** The frames of some products, in order, in one piece. */
  of(products: ReadonlySet<number>): Buffer {
    let size = 0
    this.#each(products, (from, to) => (size += to - from))
    const chosen = Buffer.allocUnsafeSlow(size)
    let at = 0
    this.#each(products, (from, to) => (at += this.#bytes.copy(chosen, at, from, to)))
    return chosen
  }

  #each(products: ReadonlySet<number>, take: (from: number, to: number) => void): void {
    let from = 0
    for (const [index, to] of this.#ends.entries()) {
      if (products.has(this.#products[index] ?? 0)) take(from, to)
      from = to
    }
  }
}

/** Writes bytes as fast as the other end takes them; resolves when the last are with the kernel. */
export function blast(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    let at = 0
    const write = () => {
      while (at < bytes.length) {
        const chunk = bytes.subarray(at, at + chunkBytes)
        at += chunk.length
        if (at >= bytes.length) {
          socket.write(chunk, () => resolve())
          return
        }
        if (!socket.write(chunk)) {
          socket.once('drain', write)
          return
        }
      }
    }
    socket.once('error', reject)
    write()
  })
}

/** ASCII frames of less than 64 KiB: 2 or 4 bytes before the text. */
function headerBytes(text: string): number {
  return text.length < 126 ? 2 : 4
}

function writeHeader(bytes: Buffer, at: number, text: string): number {
  bytes[at] = 0x81
  if (text.length < 126) bytes[at + 1] = text.length
  else {
    bytes[at + 1] = 126
    bytes.writeUInt16BE(text.length, at + 2)
  }
  return headerBytes(text)
}
