import { once } from 'node:events'
import type { Writable } from 'node:stream'

/** Lines to a pipe that may be slow, or closed by its reader. */
export class LineOutput {
  readonly #stream: Writable
  readonly #gone: Promise<unknown>
  #isClosed = false

  /** @param onClosed Told once, when the reader went away. */
  constructor(stream: Writable, onClosed: () => void) {
    this.#stream = stream
    this.#gone = new Promise((resolve) => stream.once('close', resolve))
    stream.on('error', () => {
      if (this.#isClosed) return
      this.#isClosed = true
      onClosed()
    })
  }

  /** Writes lines in order; resolves when more may follow. After the reader went away it does nothing. */
  async write(lines: readonly string[]): Promise<void> {
    if (lines.length === 0 || this.#isClosed) return
    if (this.#stream.write(`${lines.join('\n')}\n`)) return
    const drained = new AbortController()
    const { signal } = drained
    await Promise.race([once(this.#stream, 'drain', { signal }).catch(() => undefined), this.#gone])
    drained.abort()
  }
}
