import { cryptofeedJson } from './json-lines.ts'
import { cryptofeedText } from './text-lines.ts'
import { hftbacktest } from './nanosecond-lines.ts'
import { openLines } from './lines.ts'
import type { FrameFormat, RecordedFrame } from './recorded-frame.ts'
import { RecordingError } from './recording-error.ts'

const formats: readonly FrameFormat[] = [cryptofeedJson, cryptofeedText, hftbacktest]

/**
 * Reads captured frames in file order, plain, gzip or zstd, telling the format by the first line.
 *
 * Streams: memory does not grow with the file. Blank lines are skipped.
 *
 * @throws RecordingError naming file and line on the first thing that cannot be read.
 */
export async function* openFrames(path: string): AsyncGenerator<RecordedFrame> {
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
  const known = formats.map((format) => format.name).join(', ')
  return new RecordingError(
    'recording-unknown-format',
    `not a capture of a known format: ${observed}; known are ${known}`,
    { file }
  )
}
