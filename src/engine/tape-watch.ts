import { sep } from 'node:path'
import type { LogFields } from './collector/log.ts'
import type { Clock, Timer } from './collector/clock.ts'
import type { TapeInspector } from './storage/store-jobs.ts'
import type { StoreWriter } from './storage/store.ts'
import type { TapeFinding, TapeLook } from './storage/tape-finding.ts'

/** First so long after the start, which has other things to do. */
const firstLookMs = 90_000
const lookMs = 300_000
/** After a reader met a damaged file; others it meets at the same time are looked at with it. */
const suspectMs = 1_000
/** Files of which only the head is read, for one question. */
const headsPerLook = 500
/** Files read whole at each look: all of a month of five venues within two days. */
const filesPerLook = 8

type Parts = {
  readonly writer: Pick<StoreWriter, 'noteTape'>
  readonly openInspector: () => Promise<TapeInspector>
  /** Its `nowMs` is the run clock. */
  readonly clock: Pick<Clock, 'after' | 'nowMs'>
  /** Files are damaged, in words; null: none is, as far as is known. */
  readonly onDamage: (what: string | null) => void
  readonly log: (level: 'info' | 'warn' | 'error', event: string, fields: LogFields) => void
}

/**
 * Looks after the files of trades: all heads at the start, then a few whole files at a time, and at once
 * those that a reader could not read. What is lost with a file stands in the ledger until it reads again.
 */
export class TapeWatch {
  readonly #parts: Parts
  readonly #suspects = new Set<string>()
  /** Reason by path. */
  readonly #damaged = new Map<string, string>()
  #timer: Timer | null = null
  #inspector: TapeInspector | null = null
  #isFirst = true
  #nextFile = 0
  #isLooking = false
  #isOver = false

  constructor(parts: Parts) {
    this.#parts = parts
  }

  start(): void {
    this.#lookAfter(firstLookMs)
  }

  /** Ends it at once; the next start looks at all again. */
  async stop(): Promise<void> {
    this.#isOver = true
    this.#timer?.cancel()
    await this.#inspector?.end()
  }

  /** A reader could not read a file. One that is known to be damaged waits for the next look. @param file Its path in the system. */
  suspect(file: string): void {
    const path = inFolder(file.split(sep).join('/'))
    if (this.#isOver || this.#damaged.has(path)) return
    this.#suspects.add(path)
    if (!this.#isLooking) this.#lookAfter(suspectMs)
  }

  /** Looks at what is due. Never rejects: what fails is told, and tried at the next look. */
  async look(): Promise<void> {
    this.#isLooking = true
    try {
      this.#inspector = await this.#parts.openInspector()
      await this.#lookThrough(this.#inspector)
      this.#parts.onDamage(this.#said())
    } catch (error) {
      if (!this.#isOver) this.#parts.log('warn', 'tape-not-inspected', { reason: String(error) })
    } finally {
      this.#isLooking = false
      await this.#inspector?.end()
      this.#inspector = null
    }
  }

  #lookAfter(delayMs: number): void {
    if (this.#isOver) return
    this.#timer?.cancel()
    this.#timer = this.#parts.clock.after(delayMs, () => {
      void this.look().then(() => {
        this.#lookAfter(this.#suspects.size > 0 ? suspectMs : lookMs)
      })
    })
  }

  async #lookThrough(inspector: TapeInspector): Promise<void> {
    const suspects = [...this.#suspects]
    this.#suspects.clear()
    await this.#ask(inspector, {
      paths: suspects,
      from: 0,
      files: 0,
      depth: 'groups'
    })
    if (this.#isFirst) await this.#lookAtHeads(inspector)
    this.#isFirst = false
    const part = { from: this.#nextFile, files: filesPerLook, depth: 'groups' } as const
    this.#nextFile = (await this.#ask(inspector, { paths: null, ...part })) ?? 0
  }

  async #lookAtHeads(inspector: TapeInspector): Promise<void> {
    let from: number | null = 0
    while (from !== null && !this.#isOver) {
      from = await this.#ask(inspector, { paths: null, from, files: headsPerLook, depth: 'heads' })
    }
  }

  async #ask(inspector: TapeInspector, look: TapeLook): Promise<number | null> {
    const { findings, next } = await inspector.inspect(look)
    for (const finding of findings) if (!this.#isOver) await this.#note(finding)
    return next
  }

  async #note(finding: TapeFinding): Promise<void> {
    const { writer, clock, log } = this.#parts
    const { path, losses } = finding
    const isChanged = await writer.noteTape(finding, clock.nowMs())
    const [first] = losses
    if (first === undefined) this.#damaged.delete(path)
    else this.#damaged.set(path, first.reason)
    const trades = losses.reduce((sum, loss) => sum + loss.trades, 0)
    const instruments = new Set(losses.map(({ instrument }) => instrument)).size
    if (isChanged && first === undefined) log('info', 'tape-reads-again', { path })
    if (isChanged && first !== undefined)
      log('error', 'tape-lost', { path, instruments, trades, reason: first.reason })
  }

  #said(): string | null {
    const [first, ...others] = this.#damaged.values()
    if (first === undefined) return null
    return others.length === 0 ? first : `${first}, and ${others.length} more`
  }
}

/** From the folder of the database. */
function inFolder(file: string): string {
  return file.slice(Math.max(file.lastIndexOf('/tape/') + 1, 0))
}
