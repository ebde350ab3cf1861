import type { Duplex } from 'node:stream'
import { opcodes, rawFrame } from './raw-frame.ts'

const fragmentBytes = 64 * 1024

/** Sends a message that never ends, until the peer goes, reads no more, or `most` fragments are out. */
export function sendEndlessFragments(
  stream: Duplex,
  { most, everyMs }: { readonly most: number; readonly everyMs: number }
): void {
  const payload = Buffer.alloc(fragmentBytes, 'x')
  let sent = 0
  const timer = setInterval(() => {
    if (stream.destroyed || !stream.writable || sent >= most) {
      clearInterval(timer)
      return
    }
    if (stream.writableNeedDrain) return
    const opcode = sent === 0 ? opcodes.text : opcodes.continuation
    stream.write(rawFrame({ opcode, payload, fin: false }))
    sent += 1
  }, everyMs)
  stream.once('close', () => clearInterval(timer))
}
