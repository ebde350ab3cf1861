/** A stretch of venue time, [fromMs, toMs). */
export type Stretch = { readonly fromMs: number; readonly toMs: number }

/** When the market is closed within a stretch: oldest first, without overlap; empty round the clock. */
export type ClosedBetween = (range: Stretch) => readonly Stretch[]

/** A market that was open oftener within a stretch is told of as one piece: nobody reads a year of days. */
const mostPieces = 10

/**
 * Tells when the market was open within a stretch, oldest first: nothing is missed while it is closed.
 * Of more than ten sessions it is one piece, from the first to the last.
 */
export function openStretches(range: Stretch, closedBetween: ClosedBetween): readonly Stretch[] {
  const open: Stretch[] = []
  let { fromMs } = range
  for (const closed of [...closedBetween(range), { fromMs: range.toMs, toMs: range.toMs }]) {
    if (closed.fromMs > fromMs) open.push({ fromMs, toMs: closed.fromMs })
    fromMs = Math.max(fromMs, closed.toMs)
  }
  const [first] = open
  const last = open.at(-1)
  if (open.length <= mostPieces || first === undefined || last === undefined) return open
  return [{ fromMs: first.fromMs, toMs: last.toMs }]
}
