const zeros = '00000000'

/** Pads a decimal text to the eight decimals that the venue always writes; longer ones stay. */
export function eightDecimals(text: string): string {
  const point = text.indexOf('.')
  if (point < 0) return `${text}.${zeros}`
  const decimals = text.length - point - 1
  return decimals >= zeros.length ? text : text + zeros.slice(decimals)
}

/** Writes a number with eight decimals. */
export function decimalText(value: number): string {
  return value.toFixed(zeros.length)
}

/** The smallest step of so many decimals: 2 gives `0.01000000`. */
export function stepText(digits: number): string {
  return eightDecimals((10 ** -digits).toFixed(digits))
}
