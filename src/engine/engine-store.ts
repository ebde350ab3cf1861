import { join } from 'node:path'
import type { EngineConfig, LogLevel } from '../contracts/engine-protocol.ts'
import type { IntervalSpec } from '../core/market/interval.ts'
import type { RebuildResult } from '../core/market/rebuild.ts'
import type { LogFields } from './collector/log.ts'
import type { TroubleWatch } from './health/trouble-watch.ts'
import { checkIntegrity, openReader } from './storage/open-reader.ts'
import { openWriter } from './storage/open-writer.ts'
import type { StorageError } from './storage/storage-error.ts'
import type { StoreReader, StoreWriter } from './storage/store.ts'
import type { ThreadFiles } from './thread-files.ts'

/** Of the data folder. */
export const storeFile = 'tapedeck.db'

/** What an engine's store is opened with, and who hears what becomes of it. */
export type EngineStoreParts = {
  readonly config: EngineConfig
  readonly intervals: readonly IntervalSpec[]
  readonly threads: Pick<ThreadFiles, 'writer' | 'reader'>
  /** Wall clock at which the engine started. */
  readonly startedMs: number
  readonly trouble: Pick<
    TroubleWatch,
    'storeTrouble' | 'storePressure' | 'storeDamaged' | 'tapeDamaged'
  >
  readonly log: (level: LogLevel, event: string, fields: LogFields) => void
  /** Candles were made anew from what is stored. */
  readonly rebuilt: (result: RebuildResult) => void
  readonly pressure: (pressure: 'high' | 'normal') => void
  /** A file of trades could not be read. */
  readonly suspected: (file: string) => void
  /** The engine cannot go on. */
  readonly failed: (error: unknown) => void
}

/** The store of an engine: its writer, and its reader beside it. */
export type EngineStore = { readonly writer: StoreWriter; readonly reader: StoreReader }

/**
 * Opens the store in the data folder; what befalls it later is logged and told as trouble.
 *
 * @throws StorageError
 */
export async function openEngineStore(parts: EngineStoreParts): Promise<EngineStore> {
  const { config, intervals, threads, startedMs, trouble, log, failed } = parts
  const file = join(config.dataDir, storeFile)
  const queueRows = config.faultRun?.queueRows
  const threadEnded = (thread: 'writer' | 'reader', { message }: Error) =>
    log('error', 'storage-thread-ended', { thread, reason: message })
  const onDamaged = ({ code, message, detail }: StorageError) => {
    log('error', 'tape-damaged', { code, message })
    trouble.tapeDamaged(message)
    if (typeof detail['file'] === 'string') parts.suspected(detail['file'])
  }
  const writer = await openWriter({
    file,
    mode: config.mode,
    threadUrl: threads.writer,
    startedMs,
    ...(queueRows === undefined ? {} : { queueRows }),
    tickSizes: intervals.flatMap((spec) => (spec.kind === 'tick' ? [spec.tradesPerCandle] : [])),
    events: {
      onRebuilt: (result) => parts.rebuilt(result),
      onPressure: (pressure) => {
        log('warn', 'store-pressure', { pressure })
        trouble.storePressure(pressure)
        parts.pressure(pressure)
      },
      onTrouble: (error) => {
        trouble.storeTrouble(error?.message ?? null)
        if (error === null) log('info', 'store-works-again', {})
        else log('error', 'store-trouble', { code: error.code, message: error.message })
      },
      onDamaged,
      onRestart: (error) => threadEnded('writer', error),
      onFailed: failed
    }
  })
  const reader = await openReader({
    file,
    threadUrl: threads.reader,
    onDamaged,
    onRestart: (error) => threadEnded('reader', error),
    onFailed: failed
  })
  return { writer, reader }
}

/** Looks through a file beside its use, where it was too big to be looked through before. */
export async function lookThrough(
  parts: Pick<EngineStoreParts, 'config' | 'threads' | 'trouble' | 'log'>
): Promise<void> {
  const { config, threads, trouble, log } = parts
  try {
    const file = join(config.dataDir, storeFile)
    const found = await checkIntegrity({ file, threadUrl: threads.reader })
    log(found === 'ok' ? 'info' : 'error', 'store-checked', { found })
    if (found !== 'ok') trouble.storeDamaged(found)
  } catch (error) {
    log('warn', 'store-not-checked', { reason: String(error) })
  }
}
