/**
 * `npm run soak`: an engine under random faults, held to its bounds all the while.
 *
 *   --minutes N         how long (default 20)
 *   --seed N            of the market and of the faults (default 1)
 *   --built             what is built already, as it is
 *
 * Prints a line of JSON a minute, and a summary; ends with 1 where a bound was broken.
 */
import { parseArgs } from 'node:util'
import { soak } from '../faults/soak.ts'
import { build } from './build.ts'

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
      built: { type: 'boolean', default: false }
    }
  })
  const minutes = countOf('minutes', values.minutes, maxMinutes)
  const seed = countOf('seed', values.seed, 2 ** 32 - 1)
  if (!values.built) await build()
  const { figures, breaches } = await soak({ minutes, seed, onMinute: print })
  print({ soak: 'summary', minutes, seed, ...figures, breaches, passed: breaches.length === 0 })
  return breaches.length === 0 ? 0 : 1
}

function print(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`soak: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
