import { fsyncSync, ftruncateSync, writeSync } from 'node:fs'
import type { Instrument } from '../core/market/instrument.ts'
import { packBlock } from './capture-block.ts'
import type { CaptureFolder, OpenCapture } from './capture-folder.ts'
import { captureLine, type CaptureLine } from './capture-line.ts'
import { unwritable } from './recording-error.ts'

const hourMs = 3_600_000
/** Larger blocks pack hardly better: docs/capture-format.md. */
const blockTextLength = 262_144
const usualFileBytes = 64 * 1_048_576

/** Whose frames are captured, and where to. */
export type CaptureOptions = {
  readonly folder: Pick<CaptureFolder, 'create' | 'grew' | 'close'>
  readonly venue: string
  readonly mode: Extract<CaptureLine, { kind: 'began' }>['mode']
  /** Program and version. */
  readonly by: string
  /** Packed bytes after which another file is begun; 64 MiB unless said. */
  readonly fileBytes?: number
}

/** Frames that could not be kept. */
type Omitted = { fromMs: number; frames: number; reason: string }

/**
 * Writes the capture of one venue: a file an hour, more where it grows large. Lines wait until they fill a
 * block, or until `flush`. Frames of a block that cannot be written are counted, and the next block that
 * can be begins with how many they were.
 */
export class CaptureWriter {
  readonly #options: CaptureOptions
  #file: (OpenCapture & { readonly hour: number }) | null = null
  #fileBytes = 0
  #fileFrames = 0
  #blocks = 0
  #instruments: readonly Instrument[] | null = null
  #lines: string[] = []
  #length = 0
  #frames = 0
  #fromMs = 0
  #waitingSinceMs: number | null = null
  #omittedFrames = 0
  #writtenBlocks = 0
  #omitted: Omitted | null = null

  constructor(options: CaptureOptions) {
    this.#options = options
  }

  /** Since when lines wait, as `nowMs` told; null while none do. */
  get waitingSinceMs(): number | null {
    return this.#waitingSinceMs
  }

  /** Blocks written since the beginning, over all files. */
  get writtenBlocks(): number {
    return this.#writtenBlocks
  }

  /** Frames that could not be kept since the beginning. */
  get omittedFrames(): number {
    return this.#omittedFrames
  }

  /**
   * Takes a line; a block may be written for it.
   *
   * @param nowMs The wall clock: files are named after it.
   * @throws RecordingError
   */
  put(line: CaptureLine, nowMs: number): void {
    if (line.kind === 'instruments') this.#instruments = line.instruments
    if (this.#lines.length === 0) this.#fromMs = line.atMs
    this.#waitingSinceMs ??= nowMs
    if (line.kind === 'received' || line.kind === 'binary') this.#frames += 1
    const text = captureLine(line)
    this.#lines.push(text)
    this.#length += text.length
    if (this.#length >= blockTextLength) this.flush(nowMs)
  }

  /**
   * Writes what waits as a block.
   *
   * @throws RecordingError where it cannot be; its frames are let go, and counted.
   */
  flush(nowMs: number): void {
    if (this.#lines.length === 0) return
    const [lines, frames, fromMs] = [this.#lines, this.#frames, this.#fromMs]
    this.#lines = []
    this.#waitingSinceMs = null
    ;[this.#length, this.#frames] = [0, 0]
    try {
      if (this.#isOver(nowMs)) this.#end(nowMs)
      this.#file ??= this.#begin(nowMs)
      this.#write([...this.#firstLines(nowMs), ...this.#omittedLines(nowMs), ...lines])
      this.#fileFrames += frames
      this.#omitted = null
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#omitted ??= { fromMs, frames: 0, reason }
      this.#omitted.frames += frames
      this.#omittedFrames += frames
      throw error
    }
  }

  /** Writes what waits and ends the file. @throws RecordingError */
  close(nowMs: number): void {
    this.flush(nowMs)
    if (this.#file !== null) this.#end(nowMs)
  }

  #isOver(atMs: number): boolean {
    if (this.#file === null) return false
    const mostBytes = this.#options.fileBytes ?? usualFileBytes
    return hourOf(atMs) !== this.#file.hour || this.#fileBytes >= mostBytes
  }

  #begin(atMs: number): OpenCapture & { readonly hour: number } {
    const { folder, venue } = this.#options
    const file = { ...folder.create(venue, atMs), hour: hourOf(atMs) }
    ;[this.#fileBytes, this.#fileFrames, this.#blocks] = [0, 0, 0]
    return file
  }

  /** A file whose end cannot be written is let go without it. */
  #end(atMs: number): void {
    const file = this.#file
    if (file === null) return
    try {
      this.#write([captureLine({ kind: 'ended', atMs, frames: this.#fileFrames })])
      this.#trying(file, () => {
        fsyncSync(file.file)
      })
    } finally {
      this.#letGo(file)
    }
  }

  #firstLines(atMs: number): readonly string[] {
    if (this.#blocks > 0) return []
    const { venue, mode, by } = this.#options
    const began = captureLine({ kind: 'began', atMs, venue, mode, by })
    const instruments = this.#instruments
    if (instruments === null) return [began]
    return [began, captureLine({ kind: 'instruments', atMs, instruments })]
  }

  #omittedLines(atMs: number): readonly string[] {
    return this.#omitted === null ? [] : [captureLine({ kind: 'omitted', atMs, ...this.#omitted })]
  }

  #write(lines: readonly string[]): void {
    const file = this.#file
    if (file === null) return
    const block = packBlock(Buffer.from(lines.join('')), {
      number: this.#blocks,
      lines: lines.length
    })
    this.#trying(file, () => {
      writeWhole(file.file, block, this.#fileBytes)
    })
    this.#blocks += 1
    this.#writtenBlocks += 1
    this.#fileBytes += block.length
    this.#options.folder.grew(file, block.length)
  }

  /** Half a block is taken back, so that the next one follows a whole one; where it cannot be, the file is let go. */
  #trying(file: OpenCapture, work: () => void): void {
    try {
      work()
    } catch (error) {
      try {
        ftruncateSync(file.file, this.#fileBytes)
      } catch {
        this.#letGo(file)
      }
      throw unwritable(file.path, error)
    }
  }

  #letGo(file: OpenCapture): void {
    if (this.#file === null) return
    this.#file = null
    this.#options.folder.close(file)
  }
}

function writeWhole(file: number, bytes: Buffer, at: number): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(file, bytes, done, bytes.length - done, at + done)
  }
}

function hourOf(atMs: number): number {
  return Math.floor(atMs / hourMs)
}
