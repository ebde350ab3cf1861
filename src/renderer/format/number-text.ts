/** True minus, U+2212: as wide as a digit, unlike the hyphen. */
export const minus = '\u2212'

/** Most decimals ever written. */
export const mostDigits = 10

const formats = [...Array(mostDigits + 1).keys()].map(
  (digits) =>
    new Intl.NumberFormat(undefined, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits
    })
)

/** Writes a number with thousands separators and exactly `digits` decimals. */
export function fixedText(value: number, digits: number): string {
  const text = formats[digits]?.format(Math.abs(value)) ?? Math.abs(value).toFixed(digits)
  return value < 0 && /[1-9]/.test(text) ? minus + text : text
}

/** Writes a number with its sign; what rounds to zero has none. */
export function signedText(value: number, digits: number): string {
  const text = fixedText(value, digits)
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text
}

const steps = [
  { from: 1e12, suffix: 'T' },
  { from: 1e9, suffix: 'B' },
  { from: 1e6, suffix: 'M' },
  { from: 1e3, suffix: 'K' }
] as const

/** Writes an amount in at most five characters and a suffix: `1.24B`, `312K`, `0.0312`. */
export function compactText(value: number): string {
  const size = Math.abs(value)
  // 999.95 of a step would round up to 1,000 of it.
  const step = steps.find((candidate) => size >= candidate.from * 0.999_5)
  if (step !== undefined) return threeDigits(value / step.from) + step.suffix
  if (size === 0) return '0'
  return size >= 1 ? threeDigits(value) : fixedText(value, size >= 0.01 ? 3 : 5)
}

function threeDigits(value: number): string {
  const size = Math.abs(value)
  if (size >= 99.95) return fixedText(value, 0)
  return fixedText(value, size >= 9.995 ? 1 : 2)
}
