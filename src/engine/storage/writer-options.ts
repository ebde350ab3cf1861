import type { StoreMode, WriterEvents } from './store.ts'

/** How to run the writer. */
export type WriterOptions = {
  readonly file: string
  readonly mode: StoreMode
  /** Epoch ms; when this run began. */
  readonly startedMs: number
  /** Sizes of the tick candles collected, such as 100; may be empty. */
  readonly tickSizes: readonly number[]
  /** Entry of the writer thread. */
  readonly threadUrl: URL
  readonly events?: WriterEvents
  /** How long rows wait for company at most, ms: a candle that changes often is then written once. */
  readonly flushMs?: number
  /** Rows that make a batch at once. */
  readonly batchRows?: number
  /** Uncommitted rows at which the caller is asked to pause; at four times as many rows are dropped. */
  readonly queueRows?: number
  /** A thread that answers nothing for so long is ended and started again, ms. */
  readonly answerMs?: number
}
