import { createWriteStream, type WriteStream } from 'node:fs'
import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { RecordingError } from './recording-error.ts'
import { tapeColumns, type TapeColumn, type TapeTrade } from './trade-tape.ts'

const unsafeField = /[",\r\n]/
const unsafeCondition = /[",\s]/

/** Writes a CSV tape that `openTradeTape` reads back as it was. */
export class TradeTapeWriter {
  readonly #file: string
  readonly #stream: WriteStream
  #line = 1

  /** Starts the file anew. A failure to open it is thrown by the first `write` or by `close`. */
  constructor(file: string) {
    this.#file = file
    this.#stream = createWriteStream(file)
    this.#stream.on('error', () => undefined)
    this.#stream.write(`${tapeColumns.join(',')}\n`)
  }

  /**
   * Appends one trade; resolves when the next may follow.
   *
   * @throws RecordingError when a value cannot stand in the file, or the file cannot be written.
   */
  async write(trade: TapeTrade): Promise<void> {
    this.#line += 1
    const row = this.#buildRow(trade)
    const failed = this.#stream.errored
    if (failed !== null) throw this.#unwritable(failed)
    if (this.#stream.write(row)) return
    await once(this.#stream, 'drain').catch((error: unknown) => {
      throw this.#unwritable(error)
    })
  }

  /**
   * Writes what is left and closes the file.
   *
   * @throws RecordingError when the file cannot be written.
   */
  async close(): Promise<void> {
    this.#stream.end()
    await finished(this.#stream).catch((error: unknown) => {
      throw this.#unwritable(error)
    })
  }

  #buildRow(trade: TapeTrade): string {
    const unsafe = trade.conditions.find((code) => code === '' || unsafeCondition.test(code))
    if (unsafe !== undefined) throw this.#badValue('conditions', unsafe)
    if (trade.id === '') throw this.#badValue('id', trade.id)
    return `${[
      this.#text('instrument', trade.instrument),
      this.#decimal('event_ms', trade.eventMs),
      this.#decimal('price', trade.price),
      this.#decimal('size', trade.size),
      trade.side ?? '',
      this.#text('id', trade.id ?? ''),
      trade.conditions.join(' ')
    ].join(',')}\n`
  }

  #text(column: TapeColumn, value: string): string {
    if (unsafeField.test(value)) throw this.#badValue(column, value)
    return value
  }

  #decimal(column: TapeColumn, value: number): string {
    if (!(value > 0 && value < Infinity)) throw this.#badValue(column, String(value))
    return String(value)
  }

  #badValue(column: TapeColumn, value: string): RecordingError {
    return new RecordingError(
      'recording-bad-value',
      `${column}: ${JSON.stringify(value)} cannot be written`,
      { file: this.#file, line: this.#line, column }
    )
  }

  #unwritable(cause: unknown): RecordingError {
    const reason = cause instanceof Error ? cause.message : String(cause)
    return new RecordingError('recording-unreadable', `cannot be written (${reason})`, {
      file: this.#file,
      cause
    })
  }
}
