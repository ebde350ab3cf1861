import type { Verdict } from '../src/simulator/verify/verify.ts'
import type { FaultRow, RowRun } from './row.ts'

/** One run of one row, as it is printed. */
export type ReportLine = {
  readonly row: string
  readonly seed: number
  readonly scale: 1
  readonly passed: boolean
  /** Whether the check went red once its detector was off or its work undone; null: not looked at. */
  readonly control_failed: boolean | null
  readonly [figure: string]: unknown
}

const longestMs = 540_000
/** A leak of 2 MB a minute is looked for in twenty minutes. */
const longestOfLongMs = 1_800_000

/** Runs a row with one seed, and with its detector off where asked for. Never throws. */
export async function reportLine(
  row: FaultRow,
  seed: number,
  { engineControl }: { readonly engineControl: boolean }
): Promise<ReportLine> {
  const head = { row: row.id, seed, scale: 1 } as const
  if (row.notYet !== null) {
    return { ...head, passed: false, control_failed: null, not_yet: row.notYet }
  }
  const startedMs = performance.now()
  try {
    const run = await inTime(row.run(seed, null), row.isLong === true ? longestOfLongMs : longestMs)
    const isRedWithoutDetector = engineControl && row.needsGaps ? await isRed(row, seed) : null
    const controlFailed = run.controlProblems.length > 0 && isRedWithoutDetector !== false
    return {
      ...head,
      passed: run.problems.length === 0 && controlFailed,
      ...figuresOf(run),
      problems: run.problems,
      control_failed: controlFailed,
      control_found: run.controlProblems,
      engine_control_failed: isRedWithoutDetector,
      took_ms: Math.round(performance.now() - startedMs)
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const took = Math.round(performance.now() - startedMs)
    return { ...head, passed: false, control_failed: null, problems: [message], took_ms: took }
  }
}

/** The last lines: every row with its worst figures. */
export function summaryTable(lines: readonly ReportLine[]): string {
  const rows = [...new Set(lines.map(({ row }) => row))].map((row) => {
    const runs = lines.filter((line) => line.row === row)
    const worst = (name: string) =>
      Math.max(...runs.map((run) => (typeof run[name] === 'number' ? run[name] : 0)))
    const notYet = runs.some((run) => run['not_yet'] !== undefined)
    return [
      row,
      notYet ? 'not yet' : runs.every(({ passed }) => passed) ? 'passed' : 'FAILED',
      String(runs.length),
      ...['sent', 'declared', 'lost_silent', 'dup_stored', 'phantom', 'took_ms'].map((name) =>
        String(worst(name))
      )
    ]
  })
  const head = ['row', '', 'runs', 'sent', 'declared', 'lost', 'twice', 'phantom', 'ms']
  return `\n${[head, ...rows]
    .map((cells) =>
      cells
        .map((cell) => cell.padEnd(9))
        .join('')
        .trimEnd()
    )
    .join('\n')}\n`
}

async function isRed(row: FaultRow, seed: number): Promise<boolean> {
  const run = await inTime(row.run(seed, row.blind ?? { gaps: false }))
  return run.problems.length > 0
}

async function inTime(run: Promise<RowRun>, withinMs = longestMs): Promise<RowRun> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`not over within ${withinMs} ms`)), withinMs)
  return Promise.race([run, late.promise]).finally(() => clearTimeout(timer))
}

/** Which instruments lost how many trades without a word. */
function lostBy({ instruments }: Verdict): Record<string, number> {
  const losers = Object.entries(instruments).filter(([, { lostSilent }]) => lostSilent > 0)
  return Object.fromEntries(losers.map(([id, { lostSilent }]) => [id, lostSilent]))
}

function figuresOf({ verdict, candles, figures }: RowRun): Record<string, unknown> {
  const own = Object.entries(figures).map(([name, value]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value === null ? null : Math.round(value * 100) / 100
  ])
  return {
    sent: verdict.sent,
    between: verdict.between,
    stored: verdict.stored,
    declared: verdict.declared,
    lost_silent: verdict.lostSilent,
    lost_by: lostBy(verdict),
    dup_stored: verdict.duplicates,
    phantom: verdict.phantom,
    different: verdict.different,
    over_declared: verdict.overDeclared,
    conflicts: verdict.conflicts,
    gaps: verdict.gaps,
    candles_checked: candles.checked,
    candles_wrong: candles.wrong,
    ...(Object.fromEntries(own) as Record<string, unknown>)
  }
}
