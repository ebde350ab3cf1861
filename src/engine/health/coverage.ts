/**
 * Coverage: instruments live or quiet ÷ instruments subscribed whose market is open, percent.
 *
 * 100 when no market is open: nothing is missed.
 */
export function coveragePercent(instruments: {
  readonly live: number
  readonly expected: number
}): number {
  return percent(instruments.live, instruments.expected, 100)
}

/** Error rate: frames quarantined ÷ frames received over the last 60 s, percent; 0 when none came. */
export function errorRatePercent(frames: {
  readonly rejected: number
  readonly received: number
}): number {
  return percent(frames.rejected, frames.received, 0)
}

function percent(part: number, whole: number, ofNothing: number): number {
  if (whole === 0) return ofNothing
  return Math.round((part / whole) * 10_000) / 100
}
