import { open, stat } from 'node:fs/promises'
import { blockMark } from './capture-block.ts'
import { capturesIn } from './capture-folder.ts'
import { openCapture, type HearDamage } from './capture-reader.ts'
import { cryptofeedJson } from './json-lines.ts'
import { cryptofeedText } from './text-lines.ts'
import { hftbacktest } from './nanosecond-lines.ts'
import { openLines } from './lines.ts'
import type { FrameFormat, RecordedFrame } from './recorded-frame.ts'
import { RecordingError } from './recording-error.ts'

const formats: readonly FrameFormat[] = [cryptofeedJson, cryptofeedText, hftbacktest]

/**
 * Reads captured frames in file order, telling the format by how the file begins: what our recorder wrote,
 * or the lines of another one, plain, gzip or zstd. Of a folder, all that our recorder wrote of one venue,
 * oldest first.
 *
 * Streams: memory does not grow with the file. Blank lines are skipped.
 *
 * @param onDamage Hears which parts of our own captures are passed over; unsaid, the first one is thrown.
 * @throws RecordingError naming file and line or byte on the first thing that cannot be read.
 */
export async function* openFrames(
  path: string,
  onDamage: HearDamage = rethrow
): AsyncGenerator<RecordedFrame> {
  if (await isFolder(path)) yield* openFolder(path, onDamage)
  else if (await isCapture(path)) yield* openCapture(path, onDamage)
  else yield* readLines(path)
}

async function* openFolder(folder: string, onDamage: HearDamage): AsyncGenerator<RecordedFrame> {
  const files = capturesIn(folder)
  if (files.length === 0) throw unknownFormat(folder, 'the folder holds no file of our recorder')
  let venue: string | null = null
  for (const file of files) {
    for await (const frame of openCapture(file, onDamage)) {
      if (frame.direction === 'began') {
        venue ??= frame.frame
        if (venue !== frame.frame) throw anotherVenue(file, venue, frame.frame)
      }
      yield frame
    }
  }
}

async function* readLines(path: string): AsyncGenerator<RecordedFrame> {
  let format: FrameFormat | null = null
  for await (const { number, text } of openLines(path)) {
    if (text === '') continue
    format ??= chooseFormat(path, text)
    const frame = format.read(text)
    if (typeof frame === 'string') {
      throw new RecordingError('recording-bad-line', `${frame} (${format.name})`, {
        file: path,
        line: number
      })
    }
    if (frame !== null) yield frame
  }
  if (format === null) throw unknownFormat(path, 'the file is empty')
}

function chooseFormat(path: string, firstLine: string): FrameFormat {
  const format = formats.find((candidate) => candidate.recognises(firstLine))
  if (format === undefined)
    throw unknownFormat(path, `it begins ${JSON.stringify(firstLine.slice(0, 40))}`)
  return format
}

function unknownFormat(file: string, observed: string): RecordingError {
  const known = ['Tapedeck', ...formats.map((format) => format.name)].join(', ')
  return new RecordingError(
    'recording-unknown-format',
    `not a capture of a known format: ${observed}; known are ${known}`,
    { file }
  )
}

function anotherVenue(file: string, before: string, found: string): RecordingError {
  const problem = `holds frames of ${found}, after those of ${before}: name the folder of one venue`
  return new RecordingError('recording-bad-value', problem, { file })
}

function rethrow(damage: RecordingError): never {
  throw damage
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null)
  return found?.isDirectory() === true
}

async function isCapture(path: string): Promise<boolean> {
  const file = await open(path).catch(() => null)
  if (file === null) return false
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(blockMark.length))
    return bytesRead === blockMark.length && buffer.equals(blockMark)
  } finally {
    await file.close()
  }
}
