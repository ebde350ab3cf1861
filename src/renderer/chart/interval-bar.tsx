import { useMemo } from 'react'
import { useChoice, useRun } from '../desk/desk.ts'
import { offeredIntervals } from './interval-entry.ts'

/** Intervals that a chart may show. */
export function useOfferedIntervals(): readonly string[] {
  const run = useRun()
  return useMemo(() => offeredIntervals(run?.intervals ?? []), [run])
}

/** One button for each interval. */
export function IntervalBar({ interval }: { readonly interval: string }) {
  const offered = useOfferedIntervals()
  const setChart = useChoice((state) => state.setChart)
  return (
    <div className="intervals" role="group" aria-label="Interval">
      {offered.map((candidate) => (
        <button
          key={candidate}
          type="button"
          aria-pressed={candidate === interval}
          onClick={() => setChart({ interval: candidate })}
        >
          {candidate}
        </button>
      ))}
    </div>
  )
}
