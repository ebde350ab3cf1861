import { readFile } from 'node:fs/promises'

const lookMs = 30_000
const bytesPerKb = 1_024
/** Pages of 4 KiB that come and go within a second, over and over: the machine has too little memory. */
const steadyPagesPerSecond = 256
const mostSwappedBytes = 50 * 1_048_576

/** What the system tells of swapping. */
export type SwapReading = {
  /** Memory of this process that is swapped out. */
  readonly swappedBytes: number
  /** Pages that the whole machine ever swapped, in and out. */
  readonly pages: number
}

/** What is known of swapping. */
export type SwapFigures = {
  /** Memory of this process that is swapped out; null where the system does not tell. */
  readonly swappedBytes: number | null
  /** The machine swaps so much that everything becomes slow. */
  readonly isSwapping: boolean
}

/**
 * Watches whether the machine swaps. Swapping counts when this process has more than 50 MB swapped out,
 * or when pages come and go in two looks in a row. Linux tells; elsewhere it is not known.
 */
export class SwapWatch {
  readonly #read: () => Promise<SwapReading | null>
  #lookedMs = -Infinity
  #isLooking = false
  #last: { readonly pages: number; readonly atMs: number } | null = null
  #swappedBytes: number | null = null
  /** Looks in a row that saw many pages come and go. */
  #busyLooks = 0

  constructor(read: () => Promise<SwapReading | null> = readSwap) {
    this.#read = read
  }

  get figures(): SwapFigures {
    const isLarge = (this.#swappedBytes ?? 0) > mostSwappedBytes
    return { swappedBytes: this.#swappedBytes, isSwapping: isLarge || this.#busyLooks >= 2 }
  }

  /** Looks when 30 s have passed since it last did. Never rejects. */
  async look(monotonicMs: number): Promise<void> {
    if (this.#isLooking || monotonicMs - this.#lookedMs < lookMs) return
    this.#isLooking = true
    this.#lookedMs = monotonicMs
    const reading = await this.#read().catch(() => null)
    this.#isLooking = false
    if (reading === null) return
    this.#swappedBytes = reading.swappedBytes
    const { pages } = reading
    const last = this.#last
    this.#last = { pages, atMs: monotonicMs }
    if (last === null) return
    const perSecond = ((pages - last.pages) * 1_000) / (monotonicMs - last.atMs)
    this.#busyLooks = perSecond > steadyPagesPerSecond ? this.#busyLooks + 1 : 0
  }
}

/** Reads what Linux tells, https://www.kernel.org/doc/html/latest/filesystems/proc.html, read 2026-11-22; null elsewhere. */
async function readSwap(): Promise<SwapReading | null> {
  if (process.platform !== 'linux') return null
  const [status, machine] = await Promise.all([
    readFile('/proc/self/status', 'utf8'),
    readFile('/proc/vmstat', 'utf8')
  ])
  return parseSwap(status, machine)
}

/** @param status Of the process. @param machine Counters of the machine. @returns Null where one of them does not tell. */
export function parseSwap(status: string, machine: string): SwapReading | null {
  const swappedKb = numberAfter(status, /^VmSwap:\s+(\d+) kB$/m)
  const pagesIn = numberAfter(machine, /^pswpin (\d+)$/m)
  const pagesOut = numberAfter(machine, /^pswpout (\d+)$/m)
  if (swappedKb === null || pagesIn === null || pagesOut === null) return null
  return { swappedBytes: swappedKb * bytesPerKb, pages: pagesIn + pagesOut }
}

function numberAfter(text: string, pattern: RegExp): number | null {
  const digits = pattern.exec(text)?.[1]
  return digits === undefined ? null : Number(digits)
}
