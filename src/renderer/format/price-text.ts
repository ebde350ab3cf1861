import { fixedText, mostDigits } from './number-text.ts'

/** Decimals of a price step: 0.01 has 2, 0.25 has 2, 1e-8 has 8, 5 has 0. */
export function digitsOfStep(step: number): number {
  const [mantissa = '', exponent = '0'] = String(step).split('e')
  const decimals = mantissa.split('.')[1]?.length ?? 0
  return Math.min(mostDigits, Math.max(0, decimals - Number(exponent)))
}

/** Decimals to show for an instrument; without a known step, enough for five significant digits. */
export function priceDigits(tickSize: number | null, price: number | null): number {
  if (tickSize !== null && tickSize > 0) return digitsOfStep(tickSize)
  if (price === null || price <= 0) return 2
  return Math.min(mostDigits, Math.max(2, 4 - Math.floor(Math.log10(price))))
}

/** Writes a price with the digits of its instrument. */
export function priceText(price: number, tickSize: number | null): string {
  return fixedText(price, priceDigits(tickSize, price))
}
