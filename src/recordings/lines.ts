import { createGunzip, createZstdDecompress } from 'node:zlib'
import { open, type FileHandle } from 'node:fs/promises'
import { pipeline, type Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { RecordingError } from './recording-error.ts'

/** One line of a text file, without its line end. */
export type Line = {
  /** Counted from 1. */
  readonly number: number
  readonly text: string
}

/** Longest line accepted, in UTF-16 units: a full book snapshot is a few million. */
const maxLineLength = 64 * 1024 * 1024

/**
 * Reads a text file line by line, unpacking gzip and zstd by their first bytes, not by the name.
 *
 * Lines end with LF or CRLF only; other Unicode separators may stand inside JSON text. Holds a few
 * chunks and one line in memory, never the file.
 *
 * @throws RecordingError when the file is missing, unreadable, cut off or corrupt.
 */
export async function* openLines(path: string): AsyncGenerator<Line> {
  const text = new StringDecoder('utf8')
  let number = 0
  let rest = ''
  try {
    for await (const chunk of await openBytes(path)) {
      const piece = text.write(chunk as Buffer)
      let start = 0
      for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', start)) {
        number += 1
        yield { number, text: withoutReturn(rest + piece.slice(start, end)) }
        rest = ''
        start = end + 1
      }
      rest += piece.slice(start)
      if (rest.length > maxLineLength) throw tooLong(path, number + 1)
    }
  } catch (error) {
    throw error instanceof RecordingError ? error : unreadable(path, number, error)
  }
  rest += text.end()
  if (rest !== '') yield { number: number + 1, text: withoutReturn(rest) }
}

async function openBytes(path: string): Promise<Readable> {
  const file = await open(path)
  let magic: string
  try {
    magic = await readMagic(file)
  } catch (error) {
    await file.close()
    throw error
  }
  const packed = file.createReadStream({ start: 0 })
  const unpacker = chooseUnpacker(magic)
  if (unpacker === null) return packed
  // A failure of either end destroys the unpacker, whose reader then sees it.
  return pipeline(packed, unpacker, () => undefined)
}

async function readMagic(file: FileHandle): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
  return buffer.toString('hex', 0, bytesRead)
}

function chooseUnpacker(magic: string) {
  if (magic.startsWith('1f8b')) return createGunzip()
  return magic === '28b52ffd' ? createZstdDecompress() : null
}

function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text
}

function tooLong(file: string, line: number): RecordingError {
  return new RecordingError('recording-bad-line', `line longer than ${maxLineLength} characters`, {
    file,
    line
  })
}

function unreadable(file: string, linesRead: number, cause: unknown): RecordingError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown cause'
  if (code === 'ENOENT')
    return new RecordingError('recording-missing', 'no such file', { file, cause })
  const problem = `cannot be read after line ${linesRead} (${code})`
  return new RecordingError('recording-unreadable', problem, { file, line: linesRead + 1, cause })
}
