import { onTestFinished } from 'vitest'
import { FrameRecorder, type FrameRecorderParts } from '../../src/engine/frame-recorder.ts'
import { FakeClock } from './fake-clock.ts'

const recorderThread = new URL('../../src/engine/recorder-thread.ts', import.meta.url)

/** A recorder of two venues whose clock is the test's, closed when the running test ends. */
export function aFrameRecorder(
  folder: string,
  changes: Partial<FrameRecorderParts> & { readonly apiKey?: string } = {}
): { readonly recorder: FrameRecorder; readonly clock: FakeClock; readonly troubles: unknown[] } {
  const { apiKey = null, ...parts } = changes
  const clock = new FakeClock()
  const troubles: unknown[] = []
  const recorder = new FrameRecorder({
    threadUrl: recorderThread,
    setup: {
      folder,
      mostBytes: 1e9,
      mode: 'simulated',
      by: 'tapedeck/test',
      venues: [
        { id: 'coinbase', apiKey },
        { id: 'eodhd', apiKey }
      ]
    },
    clock,
    onTrouble: (reason) => troubles.push(reason),
    onRestart: ({ message }) => troubles.push(message),
    ...parts
  })
  onTestFinished(() => recorder.close(5_000))
  return { recorder, clock, troubles }
}
