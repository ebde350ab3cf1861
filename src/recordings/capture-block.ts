/**
 * Blocks of our own captures of frames, described in docs/capture-format.md.
 *
 * A block is a skippable frame of zstd, which holds what is needed to check it, and a zstd frame of its
 * own: `zstd -dc` reads a file as lines, and what one block lost costs the others nothing.
 */
import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** Version of the format that this program writes, and the newest that it reads. */
const captureFormat = 1

/** Bytes in front of the packed text. */
export const blockHeadBytes = 40

/** Longest text of a block; what claims more is no block. */
const mostTextBytes = 256 * 1_048_576
const skippableMagic = 0x184d2a5d
const contentBytes = blockHeadBytes - 8
const tag = 0x42464454
/** About as small as gzip 6, at eight times its speed: docs/capture-format.md. */
const packing = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** How every block begins. */
export const blockMark = Buffer.alloc(12)
blockMark.writeUInt32LE(skippableMagic, 0)
blockMark.writeUInt32LE(contentBytes, 4)
blockMark.writeUInt32LE(tag, 8)

/** What a block says of itself. */
export type BlockHead = {
  /** Counted from 0 in its file. */
  readonly number: number
  /** Bytes that follow the head. */
  readonly packedBytes: number
  readonly textBytes: number
  readonly lines: number
  /** CRC-32 of the packed bytes. */
  readonly checksum: number
}

/** Makes a block of whole lines. */
export function packBlock(
  text: Buffer,
  { number, lines }: Pick<BlockHead, 'number' | 'lines'>
): Buffer {
  const packed = zstdCompressSync(text, packing)
  const head = Buffer.alloc(blockHeadBytes)
  blockMark.copy(head)
  const fields = [captureFormat, number, packed.length, text.length, lines, crc32(packed)]
  for (const [at, field] of fields.entries()) head.writeUInt32LE(field, 12 + 4 * at)
  head.writeUInt32LE(crc32(head.subarray(0, 36)), 36)
  return Buffer.concat([head, packed])
}

/** Reads the head of a block; `newer`: of a format yet to come; null: there is none. */
export function readBlockHead(bytes: Buffer): BlockHead | 'newer' | null {
  if (bytes.length < blockHeadBytes || !bytes.subarray(0, 12).equals(blockMark)) return null
  if (crc32(bytes.subarray(0, 36)) !== bytes.readUInt32LE(36)) return null
  const field = (at: number): number => bytes.readUInt32LE(12 + 4 * at)
  if (field(0) > captureFormat) return 'newer'
  const [number, packedBytes, textBytes] = [field(1), field(2), field(3)]
  if (textBytes > mostTextBytes) return null
  return { number, packedBytes, textBytes, lines: field(4), checksum: field(5) }
}

/** Unpacks a block; null where its bytes are not those that were written. */
export function unpackBlock({ checksum, textBytes }: BlockHead, packed: Buffer): string | null {
  if (crc32(packed) !== checksum) return null
  try {
    const text = zstdDecompressSync(packed, { maxOutputLength: Math.max(textBytes, 1) })
    return text.length === textBytes ? text.toString('utf8') : null
  } catch {
    return null
  }
}
