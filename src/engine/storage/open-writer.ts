import type { StoreWriter } from './store.ts'
import { ThreadedWriter } from './threaded-writer.ts'
import type { WriterOptions } from './writer-options.ts'

const usual = {
  flushMs: 1_000,
  batchRows: 20_000,
  queueRows: 200_000,
  answerMs: 30_000,
  events: {}
}

/**
 * Opens the store for writing and starts its thread.
 *
 * @throws StorageError when the file cannot be had; nothing runs then.
 */
export async function openWriter(options: WriterOptions): Promise<StoreWriter> {
  const writer = new ThreadedWriter({ ...usual, ...options })
  await writer.opened
  return writer
}
