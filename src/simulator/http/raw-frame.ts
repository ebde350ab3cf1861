/** One WebSocket frame as RFC 6455 lays it out, or as nobody may send it. */
export type RawFrame = {
  readonly opcode: number
  readonly payload: Buffer
  /** Whether it is the last of its message; it is unless said otherwise. */
  readonly fin?: boolean
  /** The three reserved bits, 0 to 7; 4 marks a compressed message. */
  readonly reserved?: number
  /** Servers may not mask. */
  readonly masked?: boolean
  /** Length told in the header, in its place: whatever the payload holds. */
  readonly toldLength?: bigint
}

const finalBit = 0x80
const maskBit = 0x80
const shortest = 126n
const shorter = 65_536n

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9 } as const

/** Lays out one frame; nothing of it is checked. */
export function rawFrame(frame: RawFrame): Buffer {
  const { opcode, payload, fin = true, reserved = 0, masked = false } = frame
  const length = frame.toldLength ?? BigInt(payload.length)
  const first = (fin ? finalBit : 0) | (reserved << 4) | opcode
  const key = masked ? Buffer.from([1, 2, 3, 4]) : Buffer.alloc(0)
  const body = masked ? payload.map((byte, at) => byte ^ (key[at % 4] ?? 0)) : payload
  return Buffer.concat([Buffer.from([first]), lengthField(length, masked), key, body])
}

/** A close frame with any code; null: without one. */
export function rawClose(code: number | null): Buffer {
  const payload = Buffer.alloc(code === null ? 0 : 2)
  if (code !== null) payload.writeUInt16BE(code)
  return rawFrame({ opcode: opcodes.close, payload })
}

/** The first 100 bytes of a text frame of 500. */
export const startedFrame: Buffer = rawFrame({
  opcode: opcodes.text,
  payload: Buffer.from('{"type":"'.padEnd(100, 'x')),
  toldLength: 500n
})

function lengthField(length: bigint, masked: boolean): Buffer {
  const mask = masked ? maskBit : 0
  if (length < shortest) return Buffer.from([mask | Number(length)])
  if (length < shorter) {
    const field = Buffer.from([mask | 126, 0, 0])
    field.writeUInt16BE(Number(length), 1)
    return field
  }
  const field = Buffer.alloc(9)
  field[0] = mask | 127
  field.writeBigUInt64BE(length, 1)
  return field
}
