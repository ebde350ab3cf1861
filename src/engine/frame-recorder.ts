import type { StructureRow } from '../contracts/state-rows.ts'
import type { Instrument, VenueId } from '../core/market/instrument.ts'
import { waitAtMost } from './bounded-wait.ts'
import type { Clock, Timer } from './collector/clock.ts'
import type { FrameTap } from './collector/frame-tap.ts'
import { recordBytes, RecordedBlock, type FrameRecord } from './recorded-block.ts'
import type { RecorderReply, RecorderRequest, RecorderSetup } from './recorder-messages.ts'
import { SupervisedThread } from './storage/supervised-thread.ts'

/** What is recorded is handed over when a block is full, and this often. */
const handOverMs = 1_000
const usualBlockBytes = 262_144
/** What may wait for the recorder's thread: beyond, frames are left out. A few seconds of a busy day. */
const mostHeldBytes = 16 * 1_048_576
const mostSpare = 8

export type FrameRecorderParts = {
  /** Entry of its thread. */
  readonly threadUrl: URL
  readonly setup: RecorderSetup
  readonly clock: Pick<Clock, 'after' | 'nowMs' | 'wallMs'>
  /** Unsaid: 16 MiB. */
  readonly mostHeldBytes?: number
  /** Recording fails, for this reason, and is tried again; null: it works again. */
  readonly onTrouble: (reason: string | null) => void
  /** Its thread ended and is started again. */
  readonly onRestart: (error: Error) => void
}

/** Frames of a venue that were left out and are not told of in its capture yet. */
type Omitted = { fromMs: number; frames: number }

/** A block on its way, and what it is missed for when it does not arrive. */
type Sent = { readonly bytes: number; readonly omitted: ReadonlyMap<number, Omitted> }

/**
 * Records what goes over the sockets, beside everything else: a frame is copied into a block, blocks go to
 * a thread that writes them (docs/capture-format.md). It never waits: where the thread is behind by its
 * bound, frames are left out, counted, and told of in the capture.
 */
export class FrameRecorder {
  readonly #parts: FrameRecorderParts
  readonly #thread: SupervisedThread<RecorderRequest, RecorderReply>
  readonly #mostHeldBytes: number
  readonly #instruments = new Map<number, readonly Instrument[]>()
  readonly #omitted = new Map<number, Omitted>()
  readonly #spare: ArrayBuffer[] = []
  #block: RecordedBlock | null = null
  /** Frames in the block at hand, by venue. */
  #frames = new Map<number, Omitted>()
  readonly #waiting: { readonly block: RecordedBlock; readonly omitted: Sent['omitted'] }[] = []
  readonly #sent: Sent[] = []
  #heldBytes = 0
  #leftOut = 0
  #unwritten = 0
  #unwrittenBefore = 0
  #timer: Timer | null = null
  #isOver = false
  /** The thread was up, or never will be. */
  readonly #settled = Promise.withResolvers<undefined>()

  constructor(parts: FrameRecorderParts) {
    this.#parts = parts
    this.#mostHeldBytes = parts.mostHeldBytes ?? mostHeldBytes
    this.#thread = new SupervisedThread({
      url: parts.threadUrl,
      setup: () => parts.setup,
      onUp: () => this.#cameUp(),
      onMessage: (message) => this.#hear(message),
      onDown: (error) => {
        parts.onRestart(error)
        this.#lost()
      },
      onGaveUp: (error) => {
        this.#lost()
        this.#settled.resolve(undefined)
        parts.onTrouble(`${error.message}; nothing more is recorded in this run`)
      }
    })
    this.#tick()
  }

  /** Frames that were left out since the start: there was no room for them, or they could not be written. */
  get omittedFrames(): number {
    return this.#leftOut + this.#unwrittenBefore + this.#unwritten
  }

  /** What a venue's sockets tell; null for one that is not recorded. */
  tapOf(venueId: VenueId): FrameTap | null {
    const venue = this.#parts.setup.venues.findIndex(({ id }) => id === venueId)
    if (venue < 0) return null
    const put = (kind: FrameRecord['kind'], link: string, data: Buffer, atMs: number) => {
      this.#put({ kind, venue, atMs, link, data })
    }
    return {
      connected: (link, url, atMs) => put('connected', link, Buffer.from(url), atMs),
      received: (link, data, atMs) => put('received', link, data, atMs),
      binary: (link, data, atMs) => put('binary', link, data, atMs),
      sent: (link, text, atMs) => put('sent', link, Buffer.from(text), atMs),
      closed: (link, reason, atMs) => put('closed', link, Buffer.from(reason), atMs)
    }
  }

  /** Takes note of all that is collected of a venue from now on. */
  instruments(venueId: VenueId, instruments: readonly Instrument[]): void {
    const venue = this.#parts.setup.venues.findIndex(({ id }) => id === venueId)
    if (venue < 0 || instruments.length === 0) return
    this.#instruments.set(venue, instruments)
    this.#thread.send({ kind: 'instruments', venue, instruments, nowMs: this.#nowMs })
  }

  /** What waits to be written, and its bound. */
  structures(): readonly StructureRow[] {
    const name = 'bytes of frames to record'
    const size = Math.min(this.#heldBytes, this.#mostHeldBytes)
    return [{ name, size, bound: this.#mostHeldBytes, dropped: this.omittedFrames }]
  }

  /** Has what was recorded written, and its files ended. */
  async close(deadlineMs: number): Promise<void> {
    if (this.#isOver) return
    this.#handOver()
    this.#isOver = true
    this.#timer?.cancel()
    await waitAtMost(this.#settled.promise, deadlineMs, this.#parts.clock)
    await this.#thread.stop({ kind: 'close', nowMs: this.#nowMs }, deadlineMs)
  }

  get #nowMs(): number {
    return this.#parts.clock.wallMs()
  }

  #tick(): void {
    this.#timer = this.#parts.clock.after(handOverMs, () => {
      this.#handOver()
      this.#thread.send({ kind: 'tick', nowMs: this.#nowMs })
      this.#tick()
    })
  }

  #put(record: FrameRecord): void {
    if (this.#isOver) return
    const omitted = this.#omitted.get(record.venue)
    const isFrame = record.kind === 'received' || record.kind === 'binary'
    const isPut =
      (omitted === undefined || this.#tellOmitted(record, omitted)) && this.#write(record)
    if (!isFrame) return
    if (isPut) count(this.#frames, record)
    else {
      this.#leftOut += 1
      count(this.#omitted, record)
    }
  }

  /** False where there is no room even for that. */
  #tellOmitted({ venue, atMs, link }: FrameRecord, omitted: Omitted): boolean {
    const reason = 'the recorder was behind, or ended'
    const data = Buffer.from(JSON.stringify({ ...omitted, reason }))
    if (!this.#write({ kind: 'omitted', venue, atMs, link, data })) return false
    this.#omitted.delete(venue)
    return true
  }

  #write(record: FrameRecord): boolean {
    if (this.#block?.put(record) === true) return true
    this.#handOver()
    const bytes = Math.max(recordBytes(record), usualBlockBytes)
    if (this.#heldBytes + bytes > this.#mostHeldBytes) return false
    this.#heldBytes += bytes
    const spare = bytes === usualBlockBytes ? this.#spare.pop() : undefined
    this.#block = new RecordedBlock(spare ?? new ArrayBuffer(bytes))
    return this.#block.put(record)
  }

  /** Lets the block at hand go to the thread. */
  #handOver(): void {
    const block = this.#block
    if (block === null || block.used === 0) return
    this.#waiting.push({ block, omitted: this.#frames })
    this.#block = null
    this.#frames = new Map()
    this.#send()
  }

  #send(): void {
    if (!this.#thread.isUp) return
    for (const { block, omitted } of this.#waiting.splice(0)) {
      const { buffer, used: bytes } = block
      this.#sent.push({ bytes: buffer.byteLength, omitted })
      const request = { kind: 'records', block: { buffer, bytes }, nowMs: this.#nowMs } as const
      this.#thread.send(request, [buffer])
    }
  }

  #cameUp(): void {
    for (const [venue, instruments] of this.#instruments) {
      this.#thread.send({ kind: 'instruments', venue, instruments, nowMs: this.#nowMs })
    }
    this.#send()
    this.#settled.resolve(undefined)
  }

  #hear(message: RecorderReply): void {
    if (message.kind === 'returned') {
      this.#heldBytes -= this.#sent.shift()?.bytes ?? 0
      this.#thread.noteWork()
      const { buffer } = message
      const isUsual = buffer.byteLength === usualBlockBytes
      if (isUsual && this.#spare.length < mostSpare) this.#spare.push(buffer)
    } else if (message.kind === 'state') {
      this.#unwritten = message.omittedFrames
      this.#parts.onTrouble(message.failure)
    }
  }

  /** The thread ended: what it had is lost. */
  #lost(): void {
    this.#unwrittenBefore += this.#unwritten
    this.#unwritten = 0
    for (const { bytes, omitted } of this.#sent.splice(0)) {
      this.#heldBytes -= bytes
      for (const [venue, { fromMs, frames }] of omitted) {
        this.#leftOut += frames
        const known = this.#omitted.get(venue) ?? { fromMs, frames: 0 }
        this.#omitted.set(venue, { fromMs: known.fromMs, frames: known.frames + frames })
      }
    }
  }
}

function count(frames: Map<number, Omitted>, { venue, atMs }: FrameRecord): void {
  const known = frames.get(venue)
  if (known === undefined) frames.set(venue, { fromMs: atMs, frames: 1 })
  else known.frames += 1
}
