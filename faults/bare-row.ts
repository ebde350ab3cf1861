import { sumOf } from '../src/simulator/verify/judgement.ts'
import { boundedBy, type FigureRule } from './figure-rules.ts'
import type { FaultRow, Judged, RowFigures } from './row.ts'

/** A row that leaves no trades to be judged: its figures alone say whether it holds. */
type BareRow = Pick<FaultRow, 'id' | 'families' | 'title' | 'runsAlone'> & {
  readonly mostSeeds?: number
  readonly rules: Readonly<Record<string, FigureRule>>
  readonly measure: (seed: number) => Promise<RowFigures>
  /** The same with the detector off, at least as far as to be found wrong. */
  readonly control: (seed: number, measured: RowFigures) => Promise<RowFigures> | RowFigures
}

/** Nothing was sent, and nothing stored. */
const nothingJudged: Omit<Judged, 'figures'> = {
  verdict: { clean: true, ...sumOf([]), problems: [], instruments: {} },
  candles: { checked: 0, wrong: 0 }
}

/** Makes a row of figures, measured with and without the detector. */
export function bareRow({ rules, measure, control, mostSeeds, ...row }: BareRow): FaultRow {
  const bounds = boundedBy(rules)
  return {
    ...row,
    needsGaps: false,
    mostSeeds: mostSeeds ?? 3,
    notYet: null,
    run: async (seed) => {
      const figures = await measure(seed)
      const without = await control(seed, figures)
      return {
        ...nothingJudged,
        figures,
        problems: bounds({ ...nothingJudged, figures }),
        controlProblems: bounds({ ...nothingJudged, figures: { ...figures, ...without } })
      }
    }
  }
}
