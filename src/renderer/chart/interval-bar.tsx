import { useMemo } from 'react'
import { useRun } from '../desk/desk.ts'
import { offeredIntervals } from './interval-entry.ts'

/** Intervals that a chart may show. */
export function useOfferedIntervals(): readonly string[] {
  const run = useRun()
  return useMemo(() => offeredIntervals(run?.intervals ?? []), [run])
}

type IntervalBarProps = {
  readonly interval: string
  readonly onChoose: (interval: string) => void
}

/** One button for each interval. */
export function IntervalBar({ interval, onChoose }: IntervalBarProps) {
  const offered = useOfferedIntervals()
  return (
    <div className="intervals" role="group" aria-label="Interval">
      {offered.map((candidate) => (
        <button
          key={candidate}
          type="button"
          aria-pressed={candidate === interval}
          onClick={() => onChoose(candidate)}
        >
          {candidate}
        </button>
      ))}
    </div>
  )
}
