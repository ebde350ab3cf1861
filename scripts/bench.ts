/**
 * `npm run bench`: measures what docs/performance.md promises, each part in processes of its own.
 *
 *   --only decode,throughput,steady-load,tape   some of the parts
 *   --short                                one minute of steady load instead of five
 *   --all-intervals                        steady load with every interval of the default settings
 *   --json                                 figures as JSON on standard output
 *   --report-only                          exit 0 even where a target is missed
 */
import { spawn } from 'node:child_process'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Figure } from '../bench/figure.ts'
import { build } from './build.ts'

const parts = {
  decode: { title: '1. Frames in memory to candles', limitMs: 180_000 },
  throughput: { title: '2. 22 connections to committed rows', limitMs: 600_000 },
  'steady-load': { title: '3. 326 instruments at 1,500 messages a second', limitMs: 600_000 },
  tape: { title: '4. Trades at rest', limitMs: 300_000 },
  replay: { title: '5. Trades at rest to candles', limitMs: 300_000 }
} as const

type Part = keyof typeof parts

type Options = {
  readonly parts: readonly Part[]
  /** Passed on to the steady load. */
  readonly load: readonly string[]
  readonly asJson: boolean
  readonly reportOnly: boolean
}

function isPart(name: string): name is Part {
  return name in parts
}

/** @throws Error naming the argument that cannot be used. */
function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: Object.keys(parts).join(',') },
      short: { type: 'boolean', default: false },
      'all-intervals': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      'report-only': { type: 'boolean', default: false }
    }
  })
  const names = values.only.split(',')
  const unknown = names.find((name) => !isPart(name))
  if (unknown !== undefined) {
    throw new Error(
      `--only: expected some of ${Object.keys(parts).join(', ')}; received ${unknown}`
    )
  }
  return {
    parts: names.filter(isPart),
    load: [
      ...(values.short ? ['--short'] : []),
      ...(values['all-intervals'] ? ['--all-intervals'] : [])
    ],
    asJson: values.json,
    reportOnly: values['report-only']
  }
}

/** @throws Error when the part fails or does not end in time. */
async function measure(part: Part, args: readonly string[]): Promise<readonly Figure[]> {
  const file = fileURLToPath(new URL(`../bench/${part}.ts`, import.meta.url))
  const child = spawn(process.execPath, [file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: parts[part].limitMs,
    killSignal: 'SIGKILL'
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`bench/${part}.ts failed (code ${code ?? 'none: out of time'})`)
  return JSON.parse(text) as readonly Figure[]
}

const columns = { name: 70, target: 8, value: 16, range: 20 }

function print(title: string, figures: readonly Figure[]): void {
  process.stdout.write(`\n${title}\n`)
  for (const { name, target, value, unit, range, verdict } of figures) {
    const line = [
      name.padEnd(columns.name),
      (target ?? '').padEnd(columns.target),
      `${round(value)} ${unit}`.padEnd(columns.value),
      (range === null ? '' : `${round(range[0])} to ${round(range[1])}`).padEnd(columns.range),
      verdict === 'told' ? '' : verdict
    ]
    process.stdout.write(`${line.join(' ').trimEnd()}\n`)
  }
}

function round(value: number | null): string {
  if (value === null) return 'never'
  const digits = Math.abs(value) >= 100 ? 0 : 2
  return value.toLocaleString('en-US', { maximumFractionDigits: digits })
}

function machine(): string {
  const processors = cpus()
  const model = processors[0]?.model ?? 'an unknown processor'
  return `${processors.length} × ${model}, ${process.platform}, Node ${process.versions.node}`
}

async function run(options: Options): Promise<number> {
  await build()
  if (!options.asJson) process.stdout.write(`${machine()}\n`)
  const measured: Partial<Record<Part, readonly Figure[]>> = {}
  for (const part of options.parts) {
    const figures = await measure(part, part === 'steady-load' ? options.load : [])
    measured[part] = figures
    if (!options.asJson) print(parts[part].title, figures)
  }
  if (options.asJson)
    process.stdout.write(`${JSON.stringify({ machine: machine(), ...measured })}\n`)
  const missed = Object.values(measured)
    .flat()
    .filter(({ verdict }) => verdict === 'missed')
  if (missed.length > 0) process.stderr.write(`${missed.length} figure(s) missed their target\n`)
  return missed.length > 0 && !options.reportOnly ? 1 : 0
}

try {
  process.exitCode = await run(readOptions(process.argv.slice(2)))
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
