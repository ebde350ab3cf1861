/**
 * How the engine ends within its host's patience. In order: sockets closed, what was received
 * committed, the reader closed, the writer closed; meanwhile the recording of frames ends its files. The writer is the last: whoever closes last folds
 * SQLite's log into the database, and only the writer may write.
 */
import { stopBudgetMs } from '../contracts/engine-protocol.ts'
import { waitAtMost } from './bounded-wait.ts'
import type { Clock } from './collector/clock.ts'
import type { Collector } from './collector/collector.ts'
import type { FrameRecorder } from './frame-recorder.ts'
import type { StoreReader, StoreWriter } from './storage/store.ts'

/** Kept free for telling the host and leaving. */
const exitMs = stopBudgetMs / 10
const socketsMs = stopBudgetMs * 0.3
const flushMs = stopBudgetMs / 3
const readerMs = stopBudgetMs / 10
/** Left to the writer's close even where all before it used up their bounds. */
const writerMs = stopBudgetMs - exitMs - socketsMs - flushMs - readerMs

/** What ends. */
export type Stoppable = {
  readonly collectors: readonly Pick<Collector, 'stop'>[]
  readonly writer: Pick<StoreWriter, 'flush' | 'close'>
  readonly reader: Pick<StoreReader, 'close'>
  /** Null: frames are not recorded. */
  readonly recorder: Pick<FrameRecorder, 'close'> | null
}

/** Ends all of it in order, within `stopBudgetMs` whatever hangs; time that one saves is the writer's. */
export async function stopInOrder(
  { collectors, writer, reader, recorder }: Stoppable,
  clock: Clock
): Promise<void> {
  const endMs = clock.monotonicMs() + stopBudgetMs - exitMs
  await waitAtMost(Promise.all(collectors.map((each) => each.stop())), socketsMs, clock)
  const recorded = recorder?.close(endMs - clock.monotonicMs()) ?? Promise.resolve()
  const leftForFlushMs = endMs - clock.monotonicMs() - readerMs - writerMs
  await waitAtMost(writer.flush(), Math.max(flushMs, leftForFlushMs), clock)
  await waitAtMost(reader.close(), readerMs, clock)
  const deadlineMs = Math.max(writerMs, endMs - clock.monotonicMs())
  await writer.close({ stoppedMs: Date.now(), deadlineMs })
  await waitAtMost(recorded, Math.max(endMs - clock.monotonicMs(), 0), clock)
}

/** For an engine that must end at once: takes nothing more in and commits what it has, as far as it can. */
export async function saveReceived(
  { collectors, writer }: Omit<Stoppable, 'reader' | 'recorder'>,
  clock: Clock
): Promise<void> {
  for (const collector of collectors) void collector.stop().catch(() => undefined)
  await waitAtMost(writer.flush(), flushMs, clock)
}
