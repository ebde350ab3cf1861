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
  // The invisible zero and top anchor the scale at zero.
  const path = top === 0 ? '' : sparkPath([0, ...values], { width, height })
  const start = path.indexOf('L')
  return (
    <svg
      className="trend"
      viewBox={`0 -1 ${width} ${height + 2}`}
      width={width}
      height={height + 2}
      role="img"
      aria-label={summary}
    >
      {values.length < 2 || start < 0 ? null : <path d={`M${path.slice(start + 1)}`} />}
    </svg>
  )
}
