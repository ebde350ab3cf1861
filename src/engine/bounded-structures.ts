import type { StructureRow } from '../contracts/state-rows.ts'
import type { StatePublisher } from '../contracts/state-publisher.ts'
import { holesRemembered } from '../core/market/id-tracker.ts'
import type { Pipeline } from '../core/pipeline/pipeline.ts'
import type { ReceiveQueue } from './collector/receive-queue.ts'
import type { FrameRecorder } from './frame-recorder.ts'
import type { StructureSource } from './health/memory-contract.ts'
import type { RunningHeads } from './running-heads.ts'
import type { StoreWriter } from './storage/store.ts'
import type { VenueHistory } from './venue-history.ts'

/** An instrument holds one open gap more for a moment, before two of them grow into one. */
const gapsOfInstrument = holesRemembered + 1

/** What grows with what comes in. */
export type BoundedOwners = {
  readonly received: Pick<ReceiveQueue, 'structures'>
  readonly writer: Pick<StoreWriter, 'structures'>
  readonly pipeline: Pick<Pipeline, 'openGaps'>
  readonly publisher: Pick<StatePublisher, 'structures'>
  readonly history: Pick<VenueHistory, 'structures'>
  readonly heads: Pick<RunningHeads, 'structures'>
  /** Null: frames are not recorded. */
  readonly recorder: Pick<FrameRecorder, 'structures'> | null
}

/** All structures of an engine that grow with what comes in. */
export function boundedStructures(owners: BoundedOwners): readonly StructureSource[] {
  const { received, writer, pipeline, publisher, history, heads, recorder } = owners
  return [
    () => received.structures(),
    () => writer.structures(),
    () => [openGaps(pipeline)],
    () => publisher.structures(),
    () => history.structures(),
    () => heads.structures(),
    () => recorder?.structures() ?? []
  ]
}

/** Of the instrument that has the most. */
function openGaps(pipeline: Pick<Pipeline, 'openGaps'>): StructureRow {
  const counts = new Map<string, number>()
  for (const { instrument } of pipeline.openGaps()) {
    counts.set(instrument, (counts.get(instrument) ?? 0) + 1)
  }
  const size = Math.max(0, ...counts.values())
  return { name: 'open gaps of an instrument', size, bound: gapsOfInstrument, dropped: 0 }
}
