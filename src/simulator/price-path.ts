import { hash32 } from './hash.ts'

/** Longest wave: 4^8 minutes, about 45 days. */
const levelCount = 9
const firstStream = 100

/**
 * The course that an instrument's price follows, before the start and after it: value noise on nine
 * time scales, each four times as long and twice as high as the one below, which moves much like a
 * random walk yet can be asked for at any minute, in any order, and never wanders off.
 *
 * Time is in minutes since the start of the market, negative before. At 0 the value is 0.
 */
export class PricePath {
  readonly #seed: number
  readonly #volatility: number
  readonly #origin: number
  readonly #cells = new Float64Array(levelCount).fill(NaN)
  readonly #from = new Float64Array(levelCount)
  readonly #to = new Float64Array(levelCount)

  /** @param volatility About how much the logarithm of the price moves in one minute. */
  constructor(seed: number, volatility: number) {
    this.#seed = seed
    this.#volatility = volatility
    this.#origin = this.#noise(0)
  }

  /** Logarithm of price over price at the start. */
  logPrice(minute: number): number {
    return (this.#noise(minute) - this.#origin) * this.#volatility
  }

  #noise(minute: number): number {
    let sum = 0
    let scale = 1
    let height = 1
    for (let level = 0; level < levelCount; level += 1) {
      const position = minute / scale
      const cell = Math.floor(position)
      if (cell !== this.#cells[level]) this.#enter(level, cell, height)
      const from = this.#from[level] ?? 0
      sum += from + ((this.#to[level] ?? 0) - from) * (position - cell)
      scale *= 4
      height *= 2
    }
    return sum
  }

  #enter(level: number, cell: number, height: number): void {
    this.#cells[level] = cell
    this.#from[level] = height * this.#corner(level, cell)
    this.#to[level] = height * this.#corner(level, cell + 1)
  }

  #corner(level: number, cell: number): number {
    return hash32(this.#seed, firstStream + level, cell) / 2_147_483_648 - 1
  }
}
