/** `npm run faults`: provokes the rows of the fault matrix and holds what is stored against the truth. */
import { parseArgs } from 'node:util'
import { faultRows } from '../faults/rows.ts'
import { reportLine, summaryTable, type ReportLine } from '../faults/report.ts'
import type { FaultRow } from '../faults/row.ts'
import { build } from './build.ts'

type Options = {
  readonly rows: readonly FaultRow[]
  readonly seeds: readonly number[]
  /** Whether a row of which fewer runs are enough gets all of them. */
  readonly isEachSeedWanted: boolean
  readonly engineControl: boolean
  readonly isBuilt: boolean
  readonly jobs: number
  readonly asJson: boolean
}

const helpText = `Usage: npm run faults -- [options]

Provokes the rows of the fault matrix and holds what is stored against the truth. Prints a line of
JSON a run, then a table; ends with 1 where a row did not hold.

Options:
  --family D          the rows of a family; without it, and without --row, all of them
  --row D3,R1         some rows
  --jobs N            how many rows run at a time (default 3); rows that take the machine run alone
  --seed N            one seed; without it --seeds of them
  --seeds N           how many seeds, 1, 2, … (default 3); rows of which fewer runs are enough get no
                      more, unless they are named by --row
  --engine-control    rows of gaps, or of silence, once more in an engine that looks for none, which
                      must end red
  --long              rows that take ten minutes each as well; otherwise they run only where named
  --built             what is built already, as it is
  --json              lines of JSON only
  --help              this text
`

const usualSeeds = '3'
const maxSeeds = 100
const maxJobs = 16

/** @returns null: help is asked for. @throws Error naming the argument that cannot be used. */
function readOptions(args: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      family: { type: 'string' },
      jobs: { type: 'string', default: '3' },
      row: { type: 'string' },
      seed: { type: 'string' },
      seeds: { type: 'string' },
      'engine-control': { type: 'boolean', default: false },
      long: { type: 'boolean', default: false },
      built: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false }
    }
  })
  if (values.help) return null
  const { family, row: names } = values
  const rows =
    names === undefined
      ? family === undefined
        ? usual(faultRows, values.long)
        : usual(ofFamily(family), values.long)
      : names.split(',').map(rowNamed)
  const first = values.seed === undefined ? 1 : countOf('seed', values.seed, 2 ** 32 - 1)
  const count =
    values.seed === undefined ? countOf('seeds', values.seeds ?? usualSeeds, maxSeeds) : 1
  return {
    rows,
    seeds: Array.from({ length: count }, (...[, place]) => first + place),
    isEachSeedWanted: names !== undefined && values.seeds !== undefined,
    engineControl: values['engine-control'],
    isBuilt: values.built,
    jobs: countOf('jobs', values.jobs, maxJobs),
    asJson: values.json
  }
}

/** Rows that take ten minutes are left out unless they are asked for. */
function usual(rows: readonly FaultRow[], withLong: boolean): readonly FaultRow[] {
  return rows.filter(({ isLong }) => withLong || isLong !== true)
}

function ofFamily(family: string): readonly FaultRow[] {
  const rows = faultRows.filter(({ families }) => families.includes(family))
  if (rows.length > 0) return rows
  const known = [...new Set(faultRows.flatMap(({ families }) => families))].join(', ')
  throw new Error(`--family: expected one of ${known}; received ${family}`)
}

function rowNamed(name: string): FaultRow {
  const row = faultRows.find(({ id }) => id === name)
  if (row !== undefined) return row
  const known = faultRows.map(({ id }) => id).join(', ')
  throw new Error(`--row: expected some of ${known}; received ${name}`)
}

function countOf(name: string, text: string, most: number): number {
  const count = /^\d{1,10}$/.test(text) ? Number(text) : 0
  if (count >= 1 && count <= most) return count
  throw new Error(`--${name}: expected a whole number from 1 to ${most}; received ${text}`)
}

function print(line: ReportLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

/** Runs rows that may share the machine some at a time, then the others one by one. */
async function run(options: Options): Promise<number> {
  if (!options.isBuilt) await build()
  const lines: ReportLine[] = []
  const queue = options.rows.filter(({ runsAlone }) => runsAlone !== true)
  const work = async () => {
    for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
      lines.push(...(await runSeeds(row, options)))
    }
  }
  await Promise.all(Array.from({ length: options.jobs }, work))
  for (const row of options.rows.filter(({ runsAlone }) => runsAlone === true)) {
    lines.push(...(await runSeeds(row, options)))
  }
  const order = options.rows.map(({ id }) => id)
  lines.sort((one, next) => order.indexOf(one.row) - order.indexOf(next.row))
  if (!options.asJson) process.stdout.write(summaryTable(lines))
  return lines.every(({ passed }) => passed) ? 0 : 1
}

async function runSeeds(
  row: FaultRow,
  { seeds, isEachSeedWanted, engineControl }: Options
): Promise<readonly ReportLine[]> {
  const enough = isEachSeedWanted ? seeds.length : (row.mostSeeds ?? seeds.length)
  const lines: ReportLine[] = []
  for (const seed of seeds.slice(0, enough)) {
    const line = await reportLine(row, seed, { engineControl: engineControl && seed === seeds[0] })
    print(line)
    lines.push(line)
  }
  return lines
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options === null) process.stdout.write(helpText)
  else process.exitCode = await run(options)
} catch (error) {
  process.stderr.write(`faults: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
