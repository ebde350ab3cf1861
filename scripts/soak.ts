/** `npm run soak`: an engine under random faults, held to its bounds all the while. */
import { parseArgs } from 'node:util'
import { breachesOf } from '../faults/soak-rules.ts'
import { minuteLine, soakTable } from '../faults/soak-table.ts'
import { soak } from '../faults/soak.ts'
import { build } from './build.ts'

const helpText = `Usage: npm run soak -- [options]

Runs an engine under random faults and holds it to its bounds all the while. Prints a line a
minute, and a table of the rules; ends with 1 where one was broken.

Options:
  --minutes N         how long (default 20)
  --seed N            of the market and of the faults (default 1)
  --built             what is built already, as it is
  --json              lines of JSON
  --help              this text
`

const maxMinutes = 1_440

function countOf(name: string, text: string, most: number): number {
  const count = /^\d{1,10}$/.test(text) ? Number(text) : 0
  if (count >= 1 && count <= most) return count
  throw new Error(`--${name}: expected a whole number from 1 to ${most}; received ${text}`)
}

async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
      built: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false }
    }
  })
  if (values.help) {
    process.stdout.write(helpText)
    return 0
  }
  const minutes = countOf('minutes', values.minutes, maxMinutes)
  const seed = countOf('seed', values.seed, 2 ** 32 - 1)
  if (!values.built) await build()
  const { verdicts, figures } = await soak({
    minutes,
    seed,
    onMinute: ({ minute, figures: now, breaches }) => {
      if (values.json) printJson({ soak: 'minute', minute, ...now, breaches })
      else print(minuteLine(minute, now, breaches))
    }
  })
  const breaches = breachesOf(verdicts)
  const isPassed = breaches.length === 0
  if (values.json) {
    const judged = verdicts.map(({ what, ...verdict }) => [what, verdict] as const)
    const rules = Object.fromEntries(judged)
    printJson({ soak: 'summary', minutes, seed, ...figures, rules, breaches, passed: isPassed })
  } else {
    print(`\n${minutes} minutes, seed ${seed}: ${JSON.stringify(figures)}`)
    print(`\n${soakTable(verdicts)}\n\n${isPassed ? 'passed' : 'failed'}`)
  }
  return isPassed ? 0 : 1
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

function printJson(line: Readonly<Record<string, unknown>>): void {
  print(JSON.stringify(line))
}

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`soak: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
