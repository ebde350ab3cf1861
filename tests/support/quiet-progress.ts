import { Progress } from '../../src/engine/replay/progress.ts'

/** Progress that nobody is told. */
export function quietProgress(): Progress {
  return new Progress('test', { write: () => true, isTerminal: false, nowMs: () => 0 })
}
