/** Writes a number with at most `digits` decimals and no zeros behind them, as the venue writes candles. */
export function trimmedText(value: number, digits: number): string {
  const text = value.toFixed(digits)
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** The smallest step of so many decimals: 2 gives `0.01`. */
export function stepText(digits: number): string {
  return (10 ** -digits).toFixed(digits)
}
