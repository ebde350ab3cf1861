/** Size of the box that a sparkline is drawn into, in its own units. */
export type SparkBox = { readonly width: number; readonly height: number }

/**
 * Draws values, oldest first, as an SVG path that fills the box; empty for fewer than two values.
 *
 * @param floor Drawn at the bottom of the box if no value is lower; by default the lowest value is.
 */
export function sparkPath(
  values: readonly number[],
  box: SparkBox,
  floor = Number.POSITIVE_INFINITY
): string {
  if (values.length < 2) return ''
  const low = Math.min(floor, ...values)
  const span = Math.max(...values) - low
  const stepX = box.width / (values.length - 1)
  return values
    .map((value, index) => {
      const height = span === 0 ? 0.5 : (value - low) / span
      const x = (index * stepX).toFixed(1)
      const y = ((1 - height) * box.height).toFixed(1)
      return `${index === 0 ? 'M' : 'L'}${x} ${y}`
    })
    .join('')
}
