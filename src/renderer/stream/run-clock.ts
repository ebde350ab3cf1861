import type { RunRow } from '../../contracts/state-rows.ts'

/** Reads the wall clock, epoch ms. */
export type WallClock = () => number

/** Tells what "now" is for candles, ages and freshness: the run clock, extrapolated from its last reading. */
export function runNowMs(run: RunRow | undefined, wallMs: number): number {
  if (run === undefined) return wallMs
  return run.clock.runMs + (wallMs - run.clock.wallMs) * run.clock.speed
}
