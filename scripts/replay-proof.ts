/** `npm run replay-proof`: what was recorded under faults is replayed and held against what is stored. */
import { parseArgs } from 'node:util'
import { proveReplay, type PlayedProof } from '../faults/replay-proof.ts'
import { build } from './build.ts'

const helpText = `Usage: npm run replay-proof -- [options]

Records 326 simulated instruments under random faults, kills the engine in the middle and at the
end, starts it again, and replays everything: SHA-256 over the columns of candles and gaps, as
stored and as played. Ends with 1 where they differ.

Options:
  --minutes N         how long is recorded (default 10)
  --seed N            of the market and of the faults (default 1)
  --speed X           one replay is paced so, 1 to 300 (default 100)
  --built             what is built already, as it is
  --json              one line of JSON
  --help              this text
`

function numberOf(name: string, text: string, most: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : 0
  if (value >= 1 && value <= most) return value
  throw new Error(`--${name}: expected a whole number from 1 to ${most}; received ${text}`)
}

async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
      speed: { type: 'string', default: '100' },
      built: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false }
    }
  })
  if (values.help) {
    process.stdout.write(helpText)
    return 0
  }
  const minutes = numberOf('minutes', values.minutes, 1_440)
  const seed = numberOf('seed', values.seed, 2 ** 32 - 1)
  const speed = numberOf('speed', values.speed, 300)
  if (!values.built) await build()
  const onStep = (sentence: string) => {
    if (!values.json) print(sentence)
  }
  const { played, problems, ...figures } = await proveReplay({ minutes, seed, speed, onStep })
  const isProven = problems.length === 0
  if (values.json) print(JSON.stringify({ minutes, seed, ...figures, played, problems }))
  else {
    print(`\n${minutes} minutes, seed ${seed}: ${JSON.stringify(figures)}\n`)
    for (const line of played.flatMap(linesOf)) print(line)
    for (const problem of problems) print(problem)
    print(isProven ? '\nequal' : '\nnot equal')
  }
  return isProven ? 0 : 1
}

function linesOf({ name, candles, gaps, lines }: PlayedProof): readonly string[] {
  return [
    name,
    `  candles  stored ${candles.stored}`,
    `           played ${candles.played}`,
    ...(gaps === null
      ? []
      : [`  gaps     stored ${gaps.stored}`, `           played ${gaps.played}`]),
    `  lines           ${lines}`
  ]
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`replay-proof: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
