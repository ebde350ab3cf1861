import { sparkPath } from '../watch/spark-path.ts'

type TrendProps = {
  readonly values: readonly number[]
  readonly width: number
  readonly height: number
  readonly label: string
}

/** A small line over time from zero, with its range in words for screen readers. */
export function Trend({ values, width, height, label }: TrendProps) {
  const top = Math.max(...values, 0)
  const summary =
    values.length < 2 ? `${label}: not enough samples yet` : `${label}: up to ${Math.round(top)}`
  return (
    <svg
      className="trend"
      viewBox={`0 -1 ${width} ${height + 2}`}
      width={width}
      height={height + 2}
      role="img"
      aria-label={summary}
    >
      <path d={sparkPath(values, { width, height }, 0)} />
    </svg>
  )
}
