import type { FrameFormat, RecordedFrame } from './recorded-frame.ts'

const directions: Readonly<Record<string, RecordedFrame['direction']>> = {
  recv: 'received',
  send: 'sent',
  connect: 'connected',
  http: 'rest'
}

/**
 * Captures of cryptofeed's recorder, format 2 (`*.jsonl`): one JSON object a line with kind `t`,
 * connection `conn`, receive time `ts` in seconds, `addr` or `url`, and the raw frame in `data`.
 */
export const cryptofeedJson: FrameFormat = {
  name: 'cryptofeed JSON lines',
  recognises: (firstLine) => firstLine.startsWith('{"t":"header"'),
  read: readLine
}

function readLine(line: string): RecordedFrame | string | null {
  const row = parseObject(line)
  if (row === null) return 'expected a JSON object'
  const { t: kind, conn: connection, ts: seconds, data = '' } = row
  if (kind === 'header') return null
  const direction = typeof kind === 'string' ? directions[kind] : undefined
  if (direction === undefined) return `unknown kind ${JSON.stringify(kind)}`
  if (typeof connection !== 'string') return 'conn is not text'
  if (typeof seconds !== 'number' || !(seconds > 0)) return 'ts is not a time in seconds'
  if (typeof data !== 'string') return 'data is not text'
  const address = row['addr'] ?? row['url']
  return {
    receivedMs: seconds * 1000,
    direction,
    connection,
    url: typeof address === 'string' ? address : null,
    frame: data
  }
}

type Row = Readonly<Partial<Record<'t' | 'conn' | 'ts' | 'data' | 'addr' | 'url', unknown>>>

function parseObject(line: string): Row | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? value : null
  } catch {
    return null
  }
}
