import { CaptureBlocks } from './capture-blocks.ts'
import { readCaptureLine } from './capture-line.ts'
import type { RecordedFrame } from './recorded-frame.ts'
import { RecordingError } from './recording-error.ts'

/** Hears of a part of a capture that cannot be read and is passed over. */
export type HearDamage = (damage: RecordingError) => void

/**
 * Reads a file of our own recorder. Where something cannot be read `omitted` stands in its place, and the
 * rest goes on. A file without its end is told too: it is still being written, or its recorder was ended.
 *
 * @throws RecordingError where none of the rest can be read.
 */
export async function* openCapture(
  path: string,
  onDamage: HearDamage
): AsyncGenerator<RecordedFrame> {
  await using blocks = await CaptureBlocks.open(path)
  /** Why nothing more is to come is told. */
  let isExplained = false
  let atMs = 0
  for (let block = await blocks.next(); block !== null; block = await blocks.next()) {
    if ('damage' in block) {
      isExplained = true
      onDamage(block.damage)
      yield omittedAt(atMs)
      continue
    }
    isExplained = false
    for (const text of block.text.split('\n')) {
      if (text === '') continue
      const line = readCaptureLine(text)
      if (line === null) continue
      if (line === 'ended') isExplained = true
      else if ('wrong' in line)
        throw new RecordingError('recording-bad-line', line.wrong, { file: path })
      else {
        atMs = line.receivedMs
        yield line
      }
    }
  }
  if (isExplained) return
  const problem =
    'it has no end: it is being written, or its recorder was ended before it could say so'
  const offset = blocks.bytes
  onDamage(new RecordingError('recording-damaged', problem, { file: path, offset }))
  yield omittedAt(atMs)
}

function omittedAt(receivedMs: number): RecordedFrame {
  return { receivedMs, direction: 'omitted', connection: '', url: null, frame: '' }
}
