/**
 * An exact sum of decimal sizes, so that the order of addition never shows.
 *
 * Worth `(high * limb + low) / scale`. A size counts as the shortest decimal that reads as that
 * double, which is what the venue wrote: 0.1 + 0.2 is 0.3. Decimals beyond the 15th are rounded away
 * from each size alone; totals are exact up to 1e16, whatever the decimals.
 */
export type DecimalSum = {
  /** Units of 1 / scale, 0 up to limb. */
  low: number
  /** Multiples of limb units. */
  high: number
  /** Power of ten, 1 to 1e15. */
  scale: number
}

/**
 * Below 2^51 units, distinct decimals of one scale are distinct doubles, and back: a double alone
 * brings back the exact sum.
 */
const limb = 2 ** 51
const powers = Array.from(Array(16).keys(), (digits) => Number(`1e${digits}`))
const finestDigits = powers.length - 1

/** Makes an empty sum. */
export function emptySum(): DecimalSum {
  return { low: 0, high: 0, scale: 1 }
}

/** Makes `sum` worth what `other` is. */
export function copySum(sum: DecimalSum, other: DecimalSum): void {
  sum.low = other.low
  sum.high = other.high
  sum.scale = other.scale
}

/** Adds `other` to `sum`. */
export function addSum(sum: DecimalSum, other: DecimalSum): void {
  if (sum.scale !== other.scale) {
    addRescaled(sum, other)
    return
  }
  sum.low += other.low
  sum.high += other.high
  if (sum.low >= limb) {
    sum.low -= limb
    sum.high += 1
  }
}

/** The double nearest to the exact sum; depends on nothing but the sum. */
export function sumValue(sum: DecimalSum): number {
  if (sum.high === 0) return sum.low / sum.scale
  const digits = Math.round(Math.log10(sum.scale))
  const units = unitsOf(sum)
    .toString()
    .padStart(digits + 1, '0')
  const point = units.length - digits
  return Number(`${units.slice(0, point)}.${units.slice(point)}`)
}

/** Reads sizes of one instrument at a common scale, the finest seen so far. */
export class SizeScale {
  #scale: number

  /** @param lotSize Smallest size step, in base units; null where unknown. */
  constructor(lotSize: number | null) {
    this.#scale = scaleOf(lotSize ?? 1)
  }

  /** Sets `into` to exactly one size. */
  read(size: number, into: DecimalSum): void {
    const scale = this.#scale
    const units = Math.round(size * scale)
    if (units < limb && units / scale === size) {
      into.low = units
      into.high = 0
      into.scale = scale
      return
    }
    this.#readUnusual(size, into)
  }

  #readUnusual(size: number, into: DecimalSum): void {
    const own = scaleOf(size)
    this.#scale = Math.max(this.#scale, own)
    const units = BigInt(Math.round(size * own)) * BigInt(this.#scale / own)
    setUnits(into, units, this.#scale)
  }
}

/**
 * Brings a sum back from the double that `sumValue` gave.
 *
 * @param finest The finest size that may be in it, in base units.
 * @returns null where the double does not tell the exact sum (2^51 units of `finest` or more).
 */
export function restoreSum(value: number, finest: number): DecimalSum | null {
  const scale = scaleOf(value)
  const units = Math.round(value * scale)
  if (value * Math.max(scale, scaleOf(finest)) >= limb) return null
  return units / scale === value ? { low: units, high: 0, scale } : null
}

/** The decimal step that all of the sizes are multiples of, 1 at most. */
export function finestSize(sizes: readonly number[]): number {
  return 1 / sizes.reduce((scale, size) => Math.max(scale, scaleOf(size)), 1)
}

function addRescaled(sum: DecimalSum, other: DecimalSum): void {
  if (sum.low === 0 && sum.high === 0) {
    copySum(sum, other)
    return
  }
  const scale = Math.max(sum.scale, other.scale)
  const units =
    unitsOf(sum) * BigInt(scale / sum.scale) + unitsOf(other) * BigInt(scale / other.scale)
  setUnits(sum, units, scale)
}

function unitsOf(sum: DecimalSum): bigint {
  return BigInt(sum.high) * BigInt(limb) + BigInt(sum.low)
}

function setUnits(sum: DecimalSum, units: bigint, scale: number): void {
  sum.low = Number(units % BigInt(limb))
  sum.high = Number(units / BigInt(limb))
  sum.scale = scale
}

/** The smallest power of ten that makes the size whole, 1e15 at most. */
function scaleOf(size: number): number {
  return powers.find((scale) => Math.round(size * scale) / scale === size) ?? powerOf(finestDigits)
}

function powerOf(digits: number): number {
  return powers[digits] ?? 1
}
