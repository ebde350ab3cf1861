import { isClean, judge, sumOf, type Judgement } from './judgement.ts'
import { StoredTape } from './stored-tape.ts'
import { ToldTruth } from './told-truth.ts'

/** What became of a database, held against the truth of the simulator it was fed from. */
export type Verdict = Judgement & {
  readonly clean: boolean
  /** What SQLite finds wrong with the file; empty when nothing. */
  readonly problems: readonly string[]
  /** Instruments with something wrong, or something declared. */
  readonly instruments: Readonly<Record<string, Judgement>>
}

/** Between a trade and its row, as long as somebody is subscribed. */
const settleMs = 2_000

/**
 * Holds a database against the truth: everything that happened from an instrument's first subscription
 * to its last must be stored, or declared missing.
 *
 * @param of.database Path; read beside whoever writes it.
 * @param of.control URL of the simulator's control server.
 * @throws StoredTapeError or ToldTruthError
 */
export async function verify(of: {
  readonly database: string
  readonly control: string
}): Promise<Verdict> {
  const truth = new ToldTruth(of.control)
  const { nowMs } = await truth.summary()
  using tape = new StoredTape(of.database)
  const problems = tape.problems()
  const { instruments } = await truth.summary()
  const judged: [string, Judgement][] = []
  for (const instrument of new Set([...Object.keys(instruments), ...tape.instruments()])) {
    const told = instruments[instrument]
    const trades = told === undefined ? [] : await truth.trades(instrument)
    const settledMs = (told?.subscribers ?? 0) > 0 ? nowMs - settleMs : Infinity
    judged.push([instrument, judge({ trades, settledMs }, tape.read(instrument))])
  }
  const all = sumOf(judged.map(([, judgement]) => judgement))
  return {
    clean: isClean(all) && problems.length === 0,
    ...all,
    problems,
    instruments: Object.fromEntries(
      judged.filter(([, judgement]) => !isClean(judgement) || judgement.declared > 0)
    )
  }
}
