import { open, type FileHandle } from 'node:fs/promises'
import { blockHeadBytes, blockMark, readBlockHead, unpackBlock } from './capture-block.ts'
import type { BlockHead } from './capture-block.ts'
import { RecordingError } from './recording-error.ts'

/** A block of a file, or what is wrong where one should be. */
export type FoundBlock = { readonly text: string } | { readonly damage: RecordingError }

const searchBytes = 1_048_576

/**
 * Reads the blocks of a capture in order. What is damaged is told and passed over; where a head is damaged,
 * the next whole one is searched for. Holds one block in memory.
 */
export class CaptureBlocks implements AsyncDisposable {
  readonly path: string
  readonly #file: FileHandle
  readonly #bytes: number
  #at = 0
  #nextNumber = 0

  private constructor(path: string, file: FileHandle, bytes: number) {
    this.path = path
    this.#file = file
    this.#bytes = bytes
  }

  /** @throws RecordingError */
  static async open(path: string): Promise<CaptureBlocks> {
    const file = await open(path).catch((cause: unknown) => {
      const problem = cause instanceof Error ? cause.message : String(cause)
      throw new RecordingError('recording-unreadable', problem, { file: path, cause })
    })
    return new CaptureBlocks(path, file, (await file.stat()).size)
  }

  /** Bytes of the file when it was opened. */
  get bytes(): number {
    return this.#bytes
  }

  /** The next block; null at the end of the file. @throws RecordingError where the rest cannot be read. */
  async next(): Promise<FoundBlock | null> {
    if (this.#at >= this.#bytes) return null
    const at = this.#at
    const bytes = await this.#read(at, blockHeadBytes)
    const head = readBlockHead(bytes)
    if (head === 'newer') {
      const problem = 'written by a newer Tapedeck, in a format that this one cannot read'
      throw new RecordingError('recording-newer', problem, { file: this.path, offset: at })
    }
    if (head === null) return this.#passOver(at, bytes.length < blockHeadBytes)
    if (at + blockHeadBytes + head.packedBytes > this.#bytes) return this.#passOver(at, true)
    return this.#blockAt(at, head)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close()
  }

  async #blockAt(at: number, head: BlockHead): Promise<FoundBlock> {
    const expected = this.#nextNumber
    if (head.number !== expected) {
      this.#nextNumber = head.number
      const problem = `expected block ${expected}, received ${head.number}`
      return { damage: this.#damaged(at, problem) }
    }
    this.#nextNumber += 1
    this.#at = at + blockHeadBytes + head.packedBytes
    const text = unpackBlock(head, await this.#read(at + blockHeadBytes, head.packedBytes))
    if (text !== null) return { text }
    return { damage: this.#damaged(at, 'its block is not as it was written') }
  }

  /** Goes on at the next whole head behind a place where there is none. */
  async #passOver(at: number, isCut: boolean): Promise<FoundBlock> {
    this.#at = await this.#findHead(at + 1)
    if (this.#at >= this.#bytes && isCut)
      return { damage: this.#damaged(at, 'the file is cut off') }
    const bytes = await this.#read(this.#at, blockHeadBytes)
    const head = readBlockHead(bytes)
    if (head !== null && head !== 'newer') this.#nextNumber = head.number
    return { damage: this.#damaged(at, 'its block is not as it was written') }
  }

  async #findHead(from: number): Promise<number> {
    for (let at = from; at < this.#bytes;) {
      const bytes = await this.#read(at, searchBytes + blockHeadBytes)
      for (let found = bytes.indexOf(blockMark); found >= 0;) {
        if (readBlockHead(bytes.subarray(found)) !== null) return at + found
        found = bytes.indexOf(blockMark, found + 1)
      }
      at += searchBytes
    }
    return this.#bytes
  }

  async #read(at: number, length: number): Promise<Buffer> {
    const wanted = Math.max(Math.min(length, this.#bytes - at), 0)
    const { buffer, bytesRead } = await this.#file.read(Buffer.alloc(wanted), 0, wanted, at)
    return buffer.subarray(0, bytesRead)
  }

  #damaged(offset: number, problem: string): RecordingError {
    return new RecordingError('recording-damaged', problem, { file: this.path, offset })
  }
}
