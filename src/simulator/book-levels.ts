import { hashUnit } from './hash.ts'
import type { SimInstrument, SimLevel } from './market.ts'

/** Price levels shown on each side. */
const bookDepth = 200
const sizeStream = 40
/** A level keeps its size for some seconds, so that two looks differ in a few levels only. */
const levelLifeMs = 5_000

/** Where the best prices stand, in price steps. */
export type TopOfBook = {
  readonly instrument: SimInstrument
  readonly seed: number
  readonly bidTicks: number
  readonly askTicks: number
  /** Usual size of a level, in base units. */
  readonly usualSize: number
}

/** One side of the book, best first: the best price, then a grid that stays where it is. */
export function buildLevels(top: TopOfBook, side: 'bid' | 'ask', nowMs: number): SimLevel[] {
  const step = gridStep(top)
  const levels = [bestLevel(top, side, nowMs)]
  const best = side === 'bid' ? top.bidTicks : top.askTicks
  const direction = side === 'bid' ? -step : step
  let ticks =
    side === 'bid' ? Math.ceil(best / step - 1) * step : Math.floor(best / step + 1) * step
  while (levels.length < bookDepth && ticks > 0) {
    levels.push(levelAt(top, ticks, nowMs))
    ticks += direction
  }
  return levels
}

/** Best price of one side and what stands there. */
export function bestLevel(top: TopOfBook, side: 'bid' | 'ask', nowMs: number): SimLevel {
  return levelAt(top, side === 'bid' ? top.bidTicks : top.askTicks, nowMs)
}

function levelAt(
  { instrument, seed, usualSize }: TopOfBook,
  ticks: number,
  nowMs: number
): SimLevel {
  const phaseMs = hashUnit(seed, sizeStream, ticks) * levelLifeMs
  const slot = Math.floor((nowMs + phaseMs) / levelLifeMs)
  const draw = hashUnit(seed ^ ticks, sizeStream + 1, slot)
  const power = 10 ** instrument.sizeDigits
  const units = Math.max(1, Math.round(usualSize * (0.05 + 3 * draw * draw) * power))
  return [
    (ticks / 10 ** instrument.priceDigits).toFixed(instrument.priceDigits),
    (units / power).toFixed(instrument.sizeDigits)
  ]
}

/** Whole side within about 2 % of the price, at steps of 1, 2, 5, 10 … */
function gridStep({ bidTicks }: TopOfBook): number {
  const wanted = (bidTicks * 0.02) / bookDepth
  const decade = 10 ** Math.floor(Math.log10(Math.max(1, wanted)))
  for (const factor of [1, 2, 5]) if (factor * decade >= wanted) return factor * decade
  return 10 * decade
}
