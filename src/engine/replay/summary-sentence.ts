import type { ReplaySummaryShape } from '../../contracts/shapes.ts'

/** Says in a few lines what a replay came to, for people. */
export function summarySentence(summary: ReplaySummaryShape): string {
  const { frames, venue, trades, instruments, candles, intervals, rejected, unknown } = summary
  const lines = [
    `Replayed ${frames} frames of ${venue}: ${trades} trades of ${instruments.length} instruments, ${candles} candles of ${intervals.join(' ')}.`
  ]
  if (rejected + unknown > 0) {
    const first = summary.firstRejection === null ? '' : ` (${summary.firstRejection})`
    lines.push(`${rejected} frames could not be read${first}, ${unknown} are not in the protocol.`)
  }
  if (summary.omitted > 0) lines.push(`${summary.omitted} frames were left out of the capture.`)
  if (summary.missingTrades > 0)
    lines.push(`${summary.missingTrades} trades are missing by their ids.`)
  lines.push(
    summary.dataDir === null
      ? 'Nothing was kept; --data-dir DIR keeps the database, --print ndjson prints the candles.'
      : `Kept as replayed data in ${summary.dataDir}.`
  )
  return lines.join('\n')
}
