/** What a record is of. Their places are their codes in a block. */
export const recordKinds = ['received', 'binary', 'sent', 'connected', 'closed', 'omitted'] as const

/** One thing to be recorded, on its way to the recorder's thread. */
export type FrameRecord = {
  readonly kind: (typeof recordKinds)[number]
  /** Place of the venue among those recorded. */
  readonly venue: number
  readonly atMs: number
  /** At most 255 characters of Latin 1. */
  readonly link: string
  readonly data: Buffer
}

/** Records as they cross the thread border. */
export type FilledBlock = { readonly buffer: ArrayBuffer; readonly bytes: number }

const headBytes = 16
const mostLinkBytes = 255

/** Bytes that a record takes up in a block. */
export function recordBytes({ link, data }: FrameRecord): number {
  return headBytes + Math.min(link.length, mostLinkBytes) + data.length
}

/** A buffer that fills with records: copies, so that nothing of a socket's own is held. */
export class RecordedBlock {
  readonly buffer: ArrayBuffer
  readonly #bytes: Buffer
  #used = 0

  constructor(buffer: ArrayBuffer) {
    this.buffer = buffer
    this.#bytes = Buffer.from(buffer)
  }

  get used(): number {
    return this.#used
  }

  /** False where there is no room for it. */
  put(record: FrameRecord): boolean {
    const at = this.#used
    const end = at + recordBytes(record)
    const bytes = this.#bytes
    if (end > bytes.length) return false
    const { kind, venue, atMs, link, data } = record
    bytes[at] = recordKinds.indexOf(kind)
    bytes[at + 1] = venue
    const linkBytes = Math.min(link.length, mostLinkBytes)
    bytes[at + 2] = linkBytes
    bytes.writeUInt32LE(data.length, at + 4)
    bytes.writeDoubleLE(atMs, at + 8)
    bytes.write(link, at + headBytes, linkBytes, 'latin1')
    data.copy(bytes, end - data.length)
    this.#used = end
    return true
  }
}

/** Reads the records of a block; their data are parts of it. */
export function* recordsIn({ buffer, bytes: used }: FilledBlock): Generator<FrameRecord> {
  const bytes = Buffer.from(buffer, 0, used)
  for (let at = 0; at < used;) {
    const linkAt = at + headBytes
    const dataAt = linkAt + (bytes[at + 2] ?? 0)
    const end = dataAt + bytes.readUInt32LE(at + 4)
    yield {
      kind: recordKinds[bytes[at] ?? 0] ?? 'received',
      venue: bytes[at + 1] ?? 0,
      atMs: bytes.readDoubleLE(at + 8),
      link: bytes.toString('latin1', linkAt, dataAt),
      data: bytes.subarray(dataAt, end)
    }
    at = end
  }
}
