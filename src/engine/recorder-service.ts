import type { MessagePort } from 'node:worker_threads'
import { CaptureFolder } from '../recordings/capture-folder.ts'
import type { CaptureLine } from '../recordings/capture-line.ts'
import { CaptureWriter } from '../recordings/capture-writer.ts'
import { RecordingError } from '../recordings/recording-error.ts'
import { redact } from './collector/redaction.ts'
import { recordsIn, type FrameRecord } from './recorded-block.ts'
import type { RecorderReply, RecorderRequest, RecorderSetup } from './recorder-messages.ts'

/** What came is written after this at the latest: so much a crash may cost, besides what is under way. */
const longestWaitMs = 2_000

/** Runs the recorder behind a port: writes the capture of each venue, off the receive path. */
export function serveRecorder(port: MessagePort, setup: RecorderSetup): void {
  const recorder = new Recorder(setup, (state) => port.postMessage(state))
  port.postMessage({ kind: 'opened' } satisfies RecorderReply)
  port.on('message', (request: RecorderRequest) => {
    recorder.take(request)
    if (request.kind === 'records') {
      const { buffer } = request.block
      port.postMessage({ kind: 'returned', buffer } satisfies RecorderReply, [buffer])
    }
    if (request.kind === 'close') port.close()
  })
}

/** The captures of all venues that are recorded. */
class Recorder {
  readonly #setup: RecorderSetup
  readonly #onState: (state: RecorderReply & { readonly kind: 'state' }) => void
  readonly #writers: readonly CaptureWriter[]
  /** By venue: why its last write failed. */
  readonly #failures = new Map<number, string>()
  #told = ''

  constructor(
    setup: RecorderSetup,
    onState: (state: RecorderReply & { readonly kind: 'state' }) => void
  ) {
    this.#setup = setup
    this.#onState = onState
    const { folder: path, mostBytes, venues, mode, by } = setup
    const folder = new CaptureFolder(path, mostBytes)
    this.#writers = venues.map(({ id }) => new CaptureWriter({ folder, venue: id, mode, by }))
  }

  take(request: RecorderRequest): void {
    const { nowMs } = request
    switch (request.kind) {
      case 'records':
        for (const record of recordsIn(request.block)) {
          const line = lineOf(record, this.#setup.venues[record.venue]?.apiKey ?? null)
          this.#trying(record.venue, (writer) => writer.put(line, nowMs))
        }
        break
      case 'instruments': {
        const { venue, instruments } = request
        const line = { kind: 'instruments', atMs: nowMs, instruments } as const
        this.#trying(venue, (writer) => writer.put(line, nowMs))
        break
      }
      case 'tick':
        this.#writeWaiting(nowMs)
        break
      case 'close':
        this.#setup.venues.forEach((...[, venue]) => {
          this.#trying(venue, (writer) => writer.close(nowMs))
        })
    }
    this.#tell()
  }

  #writeWaiting(nowMs: number): void {
    this.#setup.venues.forEach((...[, venue]) => {
      this.#trying(venue, (writer) => {
        const { waitingSinceMs } = writer
        if (waitingSinceMs !== null && nowMs - waitingSinceMs >= longestWaitMs) writer.flush(nowMs)
      })
    })
  }

  #trying(venue: number, work: (writer: CaptureWriter) => void): void {
    const writer = this.#writers[venue]
    if (writer === undefined) return
    const before = writer.writtenBlocks
    try {
      work(writer)
      if (writer.writtenBlocks > before) this.#failures.delete(venue)
    } catch (error) {
      if (!(error instanceof RecordingError)) throw error
      this.#failures.set(venue, error.message)
    }
  }

  #tell(): void {
    const [failure = null] = this.#failures.values()
    const omittedFrames = this.#writers.reduce((sum, each) => sum + each.omittedFrames, 0)
    const state = { kind: 'state', failure, omittedFrames } as const
    const text = JSON.stringify(state)
    if (text === this.#told) return
    this.#told = text
    this.#onState(state)
  }
}

function lineOf(
  { kind, atMs, link: connection, data }: FrameRecord,
  key: string | null
): CaptureLine {
  if (kind === 'binary') return { kind, atMs, connection, frame: data.toString('base64') }
  const text = withoutKey(data.toString('utf8'), key)
  switch (kind) {
    case 'received':
    case 'sent':
      return { kind, atMs, connection, frame: text }
    case 'connected':
      return { kind, atMs, connection, url: text }
    case 'closed':
      return { kind, atMs, connection, reason: text }
    case 'omitted':
      return { ...(JSON.parse(text) as CaptureLine & { kind: 'omitted' }), kind, atMs }
  }
}

/** Frames are JSON as a rule, where a key may be spelled with escapes. */
function withoutKey(text: string, key: string | null): string {
  if (key === null) return text
  return redact(redact(text, key), JSON.stringify(key).slice(1, -1))
}
