import type { Random } from '../src/core/market/random.ts'

const minuteMs = 60_000
const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Trades of the instruments of one link, in order. */
export type SilenceTape = {
  readonly instruments: number
  readonly lastsMs: number
  /** Ms since the tape began. */
  readonly times: Float64Array
  /** Whose trade it is: 0 and up. */
  readonly of: Uint16Array
}

/** From a moment on nothing comes of one instrument, or of all; it lasts until it is found. */
export type Death = { readonly atMs: number; readonly instrument: number | null }

/** How an instrument behaves for a while: so many times as many trades as usual, for so long on average. */
const moods = [
  { share: 0.55, factor: 1, meanMs: 10 * minuteMs },
  { share: 0.3, factor: 20, meanMs: 10_000 },
  { share: 0.15, factor: 0.3, meanMs: 5 * minuteMs }
] as const

/**
 * Makes a tape: trades at random, by a daily tide and by moods of each instrument, some minutes busy
 * and some without any.
 *
 * @param rates Usual trades a second of each instrument.
 */
export function makeSilenceTape(
  rates: readonly number[],
  lastsMs: number,
  random: Random
): SilenceTape {
  const traders = rates.map((rate) => new Trader(rate, random))
  const times: number[] = []
  const of: number[] = []
  for (;;) {
    let next = 0
    for (let index = 1; index < traders.length; index += 1) {
      if ((traders[index]?.nextMs ?? Infinity) < (traders[next]?.nextMs ?? Infinity)) next = index
    }
    const trader = traders[next]
    if (trader === undefined || trader.nextMs >= lastsMs) break
    times.push(trader.nextMs)
    of.push(next)
    trader.trade()
  }
  return {
    instruments: rates.length,
    lastsMs,
    times: Float64Array.from(times),
    of: Uint16Array.from(of)
  }
}

/** Rates of many instruments, busiest first: the busiest trades 20 times a second, the last once an hour. */
export function zipfRates(instruments: number): readonly number[] {
  const busiest = 20
  const rarest = 1 / 3_600
  const steepness = Math.log(busiest / rarest) / Math.log(instruments)
  return Array.from({ length: instruments }, (...[, index]) => busiest / (index + 1) ** steepness)
}

/** When links, or instruments, die: about `perDay` times each, not within the first hour nor the last half. */
export function plotDeaths(
  tape: SilenceTape,
  plan: { readonly perDay: number; readonly instrument: number | null },
  random: Random
): readonly Death[] {
  const count = Math.round((plan.perDay * tape.lastsMs) / dayMs)
  const spanMs = tape.lastsMs - 1.5 * hourMs
  return Array.from({ length: count }, (...[, index]) => ({
    // One in each part of the day, so that they do not overlap.
    atMs: hourMs + ((index + random() * 0.8) / count) * spanMs,
    instrument: plan.instrument
  }))
}

class Trader {
  nextMs = 0
  readonly #rate: number
  readonly #random: Random
  #moodUntilMs = 0
  #factor = 1

  constructor(rate: number, random: Random) {
    this.#rate = rate
    this.#random = random
    this.trade()
  }

  /** Moves on to the next trade. */
  trade(): void {
    for (let atMs = this.nextMs; ;) {
      if (atMs >= this.#moodUntilMs) this.#changeMood(atMs)
      const tide = 1 - 0.7 * Math.cos((2 * Math.PI * atMs) / dayMs)
      const perMs = (this.#rate * this.#factor * tide) / 1_000
      const gapMs = -Math.log(1 - this.#random()) / perMs
      const pieceEndMs = Math.min(this.#moodUntilMs, atMs + minuteMs)
      if (atMs + gapMs < pieceEndMs) {
        this.nextMs = atMs + gapMs
        return
      }
      // Rates hold for a piece; what is to come does not depend on how long was waited.
      atMs = pieceEndMs
    }
  }

  #changeMood(atMs: number): void {
    let left = this.#random()
    for (const { share, factor, meanMs } of moods) {
      left -= share
      if (left > 0) continue
      this.#factor = factor
      this.#moodUntilMs = atMs - Math.log(1 - this.#random()) * meanMs
      return
    }
    this.#moodUntilMs = atMs + minuteMs
  }
}
