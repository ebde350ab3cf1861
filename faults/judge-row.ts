import { join } from 'node:path'
import type { Verdict } from '../src/simulator/verify/verify.ts'
import { checkCandles, type CandleCheck } from './candle-check.ts'
import { changeDatabase, copyDatabase } from './database-copy.ts'
import type { Judged, RowFigures, RowRun } from './row.ts'
import type { FaultStand } from './stand.ts'

/** How a row is judged. */
export type RowRule = {
  /** What the row asks for beyond what every row does: problems in words. */
  readonly expect: (judged: Judged) => readonly string[]
  /** Trades that may be stored otherwise than they were: their times were a fault. None unless said. */
  readonly mayDiffer?: number
  /** Undoes in a copy of the database what the row's detector did. */
  readonly spoil: string
}

/** What there would be had nobody looked for gaps: none, and no trade that came by one. */
export const withoutGaps = `
  DELETE FROM trade WHERE EXISTS (SELECT 1 FROM gap g WHERE g.instrument = trade.instrument AND (
    (g.first_id IS NOT NULL AND trade.id BETWEEN g.first_id AND g.last_id) OR
    (g.first_id IS NULL AND trade.event_ms BETWEEN g.from_ms AND g.to_ms)));
  DELETE FROM gap;`

/** One trade stands a second time, under another hour. */
export const withDuplicate = `
  INSERT INTO trade SELECT instrument, hour - 1, id, arrival, event_ms, received_ms, price, size, side, flagged
  FROM trade ORDER BY arrival LIMIT 1;`

/** One candle misses the trade that came late for it. */
export const withoutRevision = `
  UPDATE candle SET trades = trades - 1 WHERE (instrument, interval, slot) =
    (SELECT instrument, interval, slot FROM candle WHERE source = 0 AND trades > 1 LIMIT 1);`

/** One trade says what a lying history said. */
export const withLie = `
  UPDATE trade SET price = price * 1.01 WHERE (instrument, hour, id) =
    (SELECT instrument, hour, id FROM trade ORDER BY arrival LIMIT 1);`

/** A gap is declared where nothing is missing. */
export const withFalseGap = `
  INSERT INTO gap (instrument, first_id, last_id, from_ms, to_ms, state, cause)
  SELECT instrument, id, id + 4, event_ms, event_ms, 'lost', 'missing-ids'
  FROM trade WHERE typeof(id) = 'integer' ORDER BY arrival DESC LIMIT 1;`

/**
 * Judges what an engine that has ended left behind, and once more with its detector's work undone: the
 * second must be found wrong.
 */
export async function judgeRow(
  stand: FaultStand,
  rule: RowRule,
  figures: RowFigures
): Promise<RowRun> {
  const judged = await judgeDatabase(stand, stand.database, figures)
  const copy = await copyDatabase(stand.database, join(stand.folder, 'control'))
  changeDatabase(copy, rule.spoil)
  const spoilt = await judgeDatabase(stand, copy, figures)
  return {
    ...judged,
    problems: problemsOf(judged, rule),
    controlProblems: problemsOf(spoilt, rule)
  }
}

async function judgeDatabase(
  stand: FaultStand,
  database: string,
  figures: RowFigures
): Promise<Judged> {
  return { verdict: await stand.verify(database), candles: checkCandles(database), figures }
}

function problemsOf(judged: Judged, rule: RowRule): readonly string[] {
  return [
    ...verdictProblems(judged.verdict, rule.mayDiffer ?? 0),
    ...candleProblems(judged.candles),
    ...rule.expect(judged)
  ]
}

function verdictProblems(verdict: Verdict, mayDiffer: number): readonly string[] {
  const { lostSilent, duplicates, phantom, different, overDeclared, problems, sent } = verdict
  return [
    ...(sent === 0 ? ['nothing was sent'] : []),
    ...(lostSilent > 0 ? [`${lostSilent} trades lost without a word`] : []),
    ...(duplicates > 0 ? [`${duplicates} trades stand twice`] : []),
    ...(phantom > 0 ? [`${phantom} trades never happened`] : []),
    ...(different > mayDiffer ? [`${different} trades are stored otherwise than they were`] : []),
    ...(overDeclared > 0 ? [`${overDeclared} trades are declared missing and are not`] : []),
    ...problems
  ]
}

function candleProblems({ checked, wrong }: CandleCheck): readonly string[] {
  if (checked === 0) return ['no candles']
  return wrong > 0 ? [`${wrong} of ${checked} candles are not those of the stored trades`] : []
}
