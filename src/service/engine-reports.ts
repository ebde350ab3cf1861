import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  blockedEngineFile,
  blockedEngineSchema,
  fatalErrorFile,
  reportsFolder,
  type BlockedEngine
} from '../contracts/blocked-engine.ts'
import type { LogLevel } from '../contracts/engine-protocol.ts'
import type { EngineBeat, EngineEnd } from './engine-end.ts'
import type { EngineExit } from './engine-process.ts'
import { parseFatalReport, type FatalReport } from '../contracts/fatal-report.ts'

/** A line that an engine had its host write. */
export type EngineLine = {
  readonly atMs: number
  readonly level: LogLevel
  readonly event: string
  readonly fields: Readonly<Record<string, string | number | boolean | null>>
}

/** One end of an engine, as kept in a file. */
export type EngineReport = EngineEnd & {
  /** Wall clock of the end, epoch ms. */
  readonly atMs: number
  readonly pid: number | null
  readonly ranMs: number
  readonly exit: EngineExit
  readonly lastBeat: EngineBeat | null
  readonly blocked: BlockedEngine | null
  readonly fatal: string | null
  readonly nodeReport: FatalReport | null
  /** The last lines before the end, oldest first, at most 50. */
  readonly log: readonly EngineLine[]
}

/** Where an engine left what it could say, and where its end is written down. */
export interface EngineReports {
  /** Takes what an engine left behind; it is gone afterwards. */
  take(pid: number | null): {
    readonly blocked: BlockedEngine | null
    readonly nodeReport: FatalReport | null
  }
  /** Keeps a report; the oldest beyond twenty go. A disk that takes no file is no error. */
  keep(report: EngineReport): void
}

const mostReports = 20
const reportName = /^engine-.*\.json$/
/** Of engines whose host ended with them: nobody took it. */
const leftName = /^node-\d+\.json$/

/** Reports in the folder `reports` of a data folder. */
export function reportsIn(dataFolder: string): EngineReports {
  const folder = join(dataFolder, reportsFolder)
  return {
    take: (pid) => {
      const node = pid === null ? null : takeFile(join(folder, fatalErrorFile(pid)))
      const blocked = blockedOf(takeFile(join(folder, blockedEngineFile)))
      return {
        blocked: blocked?.pid === pid ? blocked : null,
        nodeReport: node === null ? null : parseFatalReport(node)
      }
    },
    keep: (report) => {
      try {
        mkdirSync(folder, { recursive: true })
        const at = new Date(report.atMs).toISOString().replaceAll(':', '-')
        writeFileSync(join(folder, `engine-${at}.json`), `${JSON.stringify(report, null, 1)}\n`)
        removeOldest(folder)
      } catch (error) {
        if (!(error instanceof Error) || !('code' in error)) throw error
      }
    }
  }
}

function removeOldest(folder: string): void {
  const names = readdirSync(folder).sort()
  const reports = names.filter((name) => reportName.test(name))
  const left = names.filter((name) => leftName.test(name))
  for (const name of [...reports.slice(0, -mostReports), ...left]) {
    rmSync(join(folder, name), { force: true })
  }
}

function takeFile(file: string): string | null {
  try {
    const text = readFileSync(file, 'utf8')
    rmSync(file, { force: true })
    return text
  } catch {
    return null
  }
}

function blockedOf(text: string | null): BlockedEngine | null {
  if (text === null) return null
  try {
    return blockedEngineSchema.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}
