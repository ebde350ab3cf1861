import { constants, deflateRawSync } from 'node:zlib'
import { opcodes, rawFrame } from '../http/raw-frame.ts'

/** What a sync flush ends with, which the protocol leaves out. */
const flushTail = 4
const compressed = 4

/** A small compressed text frame that grows to so many bytes where compression was agreed on. */
export function compressionBomb(bytes: number): Buffer {
  const finishFlush = constants.Z_SYNC_FLUSH
  const deflated = deflateRawSync(Buffer.alloc(bytes, 'x'), { finishFlush, level: 9 })
  return rawFrame({
    opcode: opcodes.text,
    payload: deflated.subarray(0, deflated.length - flushTail),
    reserved: compressed
  })
}
