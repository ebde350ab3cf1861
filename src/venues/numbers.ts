/** A JSON number's grammar, leading zeros allowed: what venues write, and nothing `Number()` would guess at. */
const decimal = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** 10^0 to 10^15, all exact. */
const powersOfTen = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
] as const

const zero = 0x30
const dotCode = 0x2e

/**
 * Reads a venue's decimal text as the nearest number: `"77572.87"`, `"1e-8"`.
 *
 * @returns null for anything else, text that overflows included.
 */
export function parseDecimal(value: unknown): number | null {
  if (typeof value !== 'string') return null
  const plain = parsePlainDecimal(value)
  if (!Number.isNaN(plain)) return plain
  if (!decimal.test(value)) return null
  const number = Number(value) + 0
  return Number.isFinite(number) ? number : null
}

/** Reads decimal text that must be above 0, such as a trade's price or size; null for anything else. */
export function parsePositive(value: unknown): number | null {
  const number = parseDecimal(value)
  return number !== null && number > 0 ? number : null
}

/**
 * Reads plain decimal digits out of a frame's bytes: the same number as `parseDecimal` on the same text.
 *
 * Up to 15 digits are an exact integer divided by an exact power of ten, so the one rounding that
 * happens is the right one.
 *
 * @param end Exclusive.
 * @returns NaN for text with a sign, an exponent or more than 15 digits, and for anything else.
 */
export function decimalOfBytes(bytes: Uint8Array, start: number, end: number): number {
  let dot = -1
  let digits = 0
  for (let at = start; at < end; at += 1) {
    const code = bytes[at] ?? 0
    if (code >= zero && code < zero + 10) digits = digits * 10 + code - zero
    else if (code === dotCode && dot < 0 && at > start && at < end - 1) dot = at
    else return NaN
  }
  return scaled(digits, end - start, dot < 0 ? 0 : end - dot - 1)
}

function parsePlainDecimal(text: string): number {
  let dot = -1
  let digits = 0
  const end = text.length
  for (let at = 0; at < end; at += 1) {
    const code = text.charCodeAt(at)
    if (code >= zero && code < zero + 10) digits = digits * 10 + code - zero
    else if (code === dotCode && dot < 0 && at > 0 && at < end - 1) dot = at
    else return NaN
  }
  return scaled(digits, end, dot < 0 ? 0 : end - dot - 1)
}

function scaled(digits: number, length: number, fractionDigits: number): number {
  const digitCount = fractionDigits === 0 ? length : length - 1
  if (digitCount === 0 || digitCount > 15) return NaN
  return fractionDigits === 0 ? digits : digits / (powersOfTen[fractionDigits] ?? NaN)
}
