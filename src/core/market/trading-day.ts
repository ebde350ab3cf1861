/** The stretch over which tick candles count, [fromMs, toMs). */
export type TradingDay = { readonly fromMs: number; readonly toMs: number }

/** Finds the day that a moment belongs to. Days touch: one ends where the next begins. */
export type DayRule = (atMs: number) => TradingDay

const dayLengthMs = 86_400_000

/** The day of round-the-clock markets: from 00:00 UTC. */
export function utcDay(atMs: number): TradingDay {
  const fromMs = Math.floor(atMs / dayLengthMs) * dayLengthMs
  return { fromMs, toMs: fromMs + dayLengthMs }
}

/** The same rule, which looks a day up only once while moments stay within it. */
export function rememberingDay(rule: DayRule): DayRule {
  let known: TradingDay = { fromMs: Infinity, toMs: Infinity }
  return (atMs) => {
    if (atMs < known.fromMs || atMs >= known.toMs) known = rule(atMs)
    return known
  }
}
