/** How far a long job is. */
export type JobProgress = {
  /** Rows done, or what else the job counts. */
  readonly rows: number
  /** Of the whole, 0 to 1; null where the whole is not known. */
  readonly share: number | null
}

/** Who is told how far a job is: after every page, thousands of times in a long one. */
export interface ProgressListener {
  tell(progress: JobProgress): void
}

/** Where progress is told. */
export type ProgressOutput = {
  readonly write: (text: string) => unknown
  /** A terminal gets a bar in one place, anything else lines. */
  readonly isTerminal: boolean
  /** Monotonic, ms. */
  readonly nowMs: () => number
}

const barLength = 24
/** A line a second; a bar moves more often. */
const betweenMs = { line: 1_000, bar: 100 }

/** Tells how far a job is, at most once a second in lines, ten times a second as a bar. */
export class Progress implements ProgressListener {
  readonly #job: string
  readonly #output: ProgressOutput
  readonly #counts: string
  #toldMs: number
  #shown = 0

  /** @param job What is done, in a word: `export`. @param counts What it counts. */
  constructor(job: string, output: ProgressOutput, counts = 'rows') {
    this.#job = job
    this.#output = output
    this.#counts = counts
    this.#toldMs = output.nowMs()
  }

  tell(progress: JobProgress): void {
    const { isTerminal, nowMs } = this.#output
    const now = nowMs()
    if (now - this.#toldMs < (isTerminal ? betweenMs.bar : betweenMs.line)) return
    this.#toldMs = now
    const text = this.#describe(progress)
    this.#output.write(isTerminal ? `\r${text.padEnd(this.#shown)}` : `${text}\n`)
    this.#shown = text.length
  }

  /** Clears the bar, so that what follows stands alone. */
  end(): void {
    if (this.#output.isTerminal && this.#shown > 0)
      this.#output.write(`\r${' '.repeat(this.#shown)}\r`)
    this.#shown = 0
  }

  #describe({ rows, share }: JobProgress): string {
    const counted = `${rows.toLocaleString('en-US')} ${this.#counts}`
    if (share === null) return `${this.#job}: ${counted}`
    const done = Math.max(0, Math.min(1, share))
    const percent = `${Math.floor(done * 100)} %`
    if (!this.#output.isTerminal) return `${this.#job}: ${percent}, ${counted}`
    const filled = Math.round(done * barLength)
    return `${this.#job} [${'#'.repeat(filled)}${'-'.repeat(barLength - filled)}] ${percent}, ${counted}`
  }
}
