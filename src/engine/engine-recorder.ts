import { join } from 'node:path'
import { venueIds } from '../contracts/settings.ts'
import type { Clock } from './collector/clock.ts'
import type { EngineStoreParts } from './engine-store.ts'
import { FrameRecorder } from './frame-recorder.ts'
import type { TroubleWatch } from './health/trouble-watch.ts'
import type { ThreadFiles } from './thread-files.ts'

const bytesPerGb = 1_000_000_000

/** Opens the recording of frames of an engine; null where the settings do not ask for it. */
export function openFrameRecorder(
  parts: Pick<EngineStoreParts, 'config' | 'log'> & {
    readonly version: string
    readonly threads: Pick<ThreadFiles, 'recorder'>
    readonly clock: Clock
    readonly trouble: Pick<TroubleWatch, 'recordingTrouble'>
  }
): FrameRecorder | null {
  const { config, version, threads, clock, trouble, log } = parts
  const { tape, venues } = config.settings
  if (!tape.record_frames) return null
  let failure: string | null = null
  return new FrameRecorder({
    threadUrl: threads.recorder,
    clock,
    setup: {
      folder: join(config.dataDir, 'frames'),
      mostBytes: tape.frames_max_gb * bytesPerGb,
      mode: config.mode,
      by: `tapedeck/${version}`,
      venues: venueIds.flatMap((id) => {
        const settings = venues[id]
        if (settings === undefined || !settings.enabled) return []
        return [{ id, apiKey: settings.api_key ?? null }]
      })
    },
    onTrouble: (reason) => {
      trouble.recordingTrouble(reason)
      if (reason === null && failure !== null) log('info', 'frames-recorded-again', {})
      if (reason !== null && failure === null) log('error', 'frames-not-recorded', { reason })
      failure = reason
    },
    onRestart: ({ message }) => log('error', 'recorder-ended', { reason: message })
  })
}
