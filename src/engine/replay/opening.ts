import type { RecordedFrame } from '../../recordings/recorded-frame.ts'
import { ReplayError } from './replay-error.ts'

/** What a capture tells before its first received frame. */
export type Opening = {
  /** Sockets opened, in the order of the file; may be empty. */
  readonly connections: readonly RecordedFrame[]
  /** Bodies of HTTP answers, in the order of the file; may be empty. */
  readonly answers: readonly RecordedFrame[]
  /** The venue, where our recorder told it; null in captures of others. */
  readonly venue: string | null
  /** The list of instruments that stood last, where our recorder told one: JSON. */
  readonly instruments: string | null
  /** Places where frames are missing; may be empty. */
  readonly omissions: readonly RecordedFrame[]
  /** The first received frame. */
  readonly first: RecordedFrame
}

/** Lines that may come before the first received frame; a book of 1,000 levels is one of them. */
const mostLines = 10_000

/**
 * Takes a capture up to its first received frame; the rest stays in `frames`.
 *
 * @throws RecordingError when the file cannot be read.
 * @throws ReplayError when it holds no received frame there.
 */
export async function takeOpening(frames: AsyncIterator<RecordedFrame>): Promise<Opening> {
  const connections: RecordedFrame[] = []
  const answers: RecordedFrame[] = []
  const omissions: RecordedFrame[] = []
  let [venue, instruments]: [string | null, string | null] = [null, null]
  for (let line = 0; line < mostLines; line += 1) {
    const next = await frames.next()
    if (next.done === true) break
    const frame = next.value
    if (frame.direction === 'received')
      return { connections, answers, venue, instruments, omissions, first: frame }
    if (frame.direction === 'connected') connections.push(frame)
    if (frame.direction === 'omitted') omissions.push(frame)
    if (frame.direction === 'began') venue = frame.frame
    if (frame.direction === 'instruments') instruments = frame.frame
    if (frame.direction === 'rest' && frame.url !== null) answers.push(frame)
  }
  throw new ReplayError('replay-no-frames', '--frames: the capture begins without a received frame')
}
