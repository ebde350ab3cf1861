import type { Judged } from './row.ts'

/** A bound of one figure of a row; null bounds nothing. */
export type FigureRule = { readonly least?: number; readonly most?: number }

/** Problems in words with figures that are beyond their bounds, or were not measured. */
export function boundedBy(
  rules: Readonly<Record<string, FigureRule>>
): (judged: Pick<Judged, 'figures'>) => readonly string[] {
  return ({ figures }) =>
    Object.entries(rules).flatMap(([name, { least = -Infinity, most = Infinity }]) => {
      const value = figures[name] ?? null
      if (value === null) return [`${name} was not measured`]
      if (value < least) return [`${name} is ${value}, expected at least ${least}`]
      return value > most ? [`${name} is ${value}, expected at most ${most}`] : []
    })
}
