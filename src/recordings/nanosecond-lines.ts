import type { FrameFormat, RecordedFrame } from './recorded-frame.ts'

const linePattern = /^(\d{13})(\d{6}) (\{.*\})$/s
/** An answer of REST depth stands bare among the wrapped frames of the combined stream. */
const bareSnapshot = /^\{"lastUpdateId":/

/**
 * Captures of hftbacktest's collector: `<receive time in ns> <combined-stream JSON>` a line, with
 * REST depth snapshots in between.
 */
export const hftbacktest: FrameFormat = {
  name: 'hftbacktest',
  recognises: (firstLine) => linePattern.test(firstLine),
  read: readLine
}

function readLine(line: string): RecordedFrame | string | null {
  const parts = linePattern.exec(line)
  if (parts === null) return 'expected "<time in ns> <JSON object>"'
  const frame = parts[3] ?? ''
  return {
    receivedMs: Number(`${parts[1] ?? ''}.${parts[2] ?? ''}`),
    direction: bareSnapshot.test(frame) ? 'rest' : 'received',
    connection: 'main',
    url: null,
    frame
  }
}
