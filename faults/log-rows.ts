import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { pino } from 'pino'
import { openLog, type Log } from '../src/service/log.ts'
import { bareRow } from './bare-row.ts'
import type { FaultRow } from './row.ts'

const perSecond = 10_000
const stepMs = 10
const lastsMs = 25_000
const unlimitedMs = 1_000
const disconnect = { connection: 'coinbase-1', venue: 'coinbase', code: 1006, reason: 'reset' }

type Line = {
  readonly time: number
  readonly event: string
  readonly suppressed?: number
  readonly lines?: number
}

/** Writes the same line again and again. @returns How often. */
async function storm(log: Pick<Log, 'write'>, forMs: number): Promise<number> {
  const fromMs = performance.now()
  let written = 0
  for (let nowMs = fromMs; nowMs < fromMs + forMs; nowMs = performance.now()) {
    const due = ((nowMs - fromMs) * perSecond) / 1_000
    for (; written < due; written += 1) log.write('warn', 'connection-ended', disconnect)
    await pause(stepMs)
  }
  return written
}

function peakOf(lines: readonly Line[], withinMs: number): number {
  return Math.max(
    0,
    ...lines.map(({ time }) => {
      return lines.filter((each) => each.time >= time && each.time < time + withinMs).length
    })
  )
}

const logStorm = bareRow({
  id: 'L4',
  families: ['L'],
  title: '10,000 identical disconnects a second at the log',
  mostSeeds: 1,
  rules: {
    raised: { least: (perSecond * lastsMs) / 2_000 },
    peak_1s: { most: 100 },
    per10s: { most: 3 },
    untold: { most: 0 }
  },
  measure: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tapedeck-log-'))
    try {
      const nowMs = () => performance.now()
      const log = await openLog({ folder, process: 'engine', level: 'info', nowMs })
      const raised = await storm(log, lastsMs)
      await log.close()
      const lines = await linesIn(folder)
      const own = lines.filter(({ event }) => event === 'connection-ended')
      const summaries = lines.filter(({ event }) => event === 'log-suppressed')
      const told = summaries.reduce((sum, each) => sum + (each.lines ?? 0), own.length)
      return {
        raised,
        written: lines.length,
        peak_1s: peakOf(lines, 1_000),
        per10s: peakOf(lines, 10_000),
        untold: Math.abs(raised - told)
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
  control: async () => {
    const lines: Line[] = []
    const plain = pino({}, { write: (text: string) => lines.push(JSON.parse(text) as Line) })
    const write: Log['write'] = (level, event, fields) => plain[level]({ event, ...fields })
    await storm({ write }, unlimitedMs)
    return { peak_1s: lines.filter(({ time }) => time - (lines[0]?.time ?? 0) < 1_000).length }
  }
})

async function linesIn(folder: string): Promise<readonly Line[]> {
  const texts = await Promise.all(
    (await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8'))
  )
  return texts
    .flatMap((text) => text.split('\n').filter((line) => line !== ''))
    .map((line) => JSON.parse(line) as Line)
}

/** Rows of the log. */
export const logRows: readonly FaultRow[] = [logStorm]
