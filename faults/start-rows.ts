import { cp, mkdir, mkdtemp, readdir, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { bareRow } from './bare-row.ts'
import { writersOf } from './process-tree.ts'
import type { FaultRow, RowFigures } from './row.ts'
import { FaultStand } from './stand.ts'
import { TapedeckHost } from './tapedeck-host.ts'
import { holdsWithin } from './wait.ts'
import { WatchedEngine } from './watched-engine.ts'

const collected = { coinbase: ['BTC-USD'] }
const endsMs = 20_000
const rounds = 20
const lookMs = 20

/** Starts two engines at once on one folder. @returns The most that had the database open for writing at any time. */
async function startTwo(stand: FaultStand, isLockIgnored: boolean): Promise<RowFigures> {
  const engines = [WatchedEngine.launch(stand.config())]
  if (isLockIgnored) {
    await engines[0]?.untilReady()
    await rm(join(stand.folder, 'tapedeck.lock'))
  }
  engines.push(WatchedEngine.launch(stand.config()))
  const file = await realpath(stand.folder).then((folder) => join(folder, 'tapedeck.db'))
  let writers = 0
  let ready = 0
  let settledOnes = 0
  for (const engine of engines) {
    void engine.untilReady().then(
      () => {
        ready += 1
        settledOnes += 1
      },
      () => (settledOnes += 1)
    )
  }
  while (settledOnes < engines.length) {
    writers = Math.max(writers, writersOf(file).length)
    await pause(lookMs)
  }
  writers = Math.max(writers, writersOf(file).length)
  for (const engine of engines) await engine.kill()
  return { writers, ready }
}

const twoInstances = bareRow({
  id: 'R10',
  families: ['R'],
  title: 'two engines started on one folder at once, twenty times',
  mostSeeds: 1,
  rules: { writersAtOnce: { least: 1, most: 1 }, roundsWithOne: { least: rounds } },
  measure: async (seed) => {
    await using stand = await FaultStand.open({ seed, rate: 1, collected, faultRun: null })
    let writersAtOnce = 0
    let roundsWithOne = 0
    for (let round = 0; round < rounds; round += 1) {
      const { writers, ready } = await startTwo(stand, false)
      writersAtOnce = Math.max(writersAtOnce, writers ?? 0)
      if (ready === 1) roundsWithOne += 1
    }
    return { rounds, writersAtOnce, roundsWithOne }
  },
  control: async (seed) => {
    await using stand = await FaultStand.open({ seed, rate: 1, collected, faultRun: null })
    const { writers = null } = await startTwo(stand, true)
    return { writersAtOnce: writers }
  }
})

const oldNode = `data:text/javascript,${encodeURIComponent(
  "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.12.0' } })"
)}`
const project = fileURLToPath(new URL('..', import.meta.url))
const lacking = 'better-sqlite3'
const wrongEnvironment = 78

function servingIn(folder: string): readonly string[] {
  return ['serve', '--port', '0', '--no-browser', '--data-dir', join(folder, 'data')]
}

/** Runs a copy of the build beside all modules but the one. */
async function withoutModule(folder: string): Promise<{ code: number | null; stderr: string }> {
  await cp(join(project, 'out'), join(folder, 'out'), { recursive: true })
  await cp(join(project, 'bin'), join(folder, 'bin'), { recursive: true })
  await cp(join(project, 'package.json'), join(folder, 'package.json'))
  const from = await realpath(join(project, 'node_modules'))
  await mkdir(join(folder, 'node_modules'))
  for (const name of await readdir(from)) {
    if (name !== lacking) await symlink(join(from, name), join(folder, 'node_modules', name))
  }
  const entry = join(folder, 'bin', 'tapedeck.js')
  await using host = new TapedeckHost(servingIn(folder), [], entry)
  const isOver = await holdsWithin(endsMs, () => host.exitCode !== null)
  return { code: await host.end(isOver ? null : 'SIGKILL'), stderr: host.stderr }
}

function linesOf(text: string): number {
  return text.trim().split('\n').length
}

const wrongRuntime = bareRow({
  id: 'R11',
  families: ['R'],
  title: 'an old Node, and a missing native module',
  mostSeeds: 1,
  rules: {
    oldNodeCode: { least: wrongEnvironment, most: wrongEnvironment },
    oldNodeLines: { least: 1, most: 1 },
    moduleCode: { least: wrongEnvironment, most: wrongEnvironment },
    moduleLines: { least: 1, most: 1 },
    isModuleNamed: { least: 1 }
  },
  measure: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tapedeck-runtime-'))
    try {
      await using old = new TapedeckHost(['serve'], ['--import', oldNode])
      const oldNodeCode = await old.end()
      const { code, stderr } = await withoutModule(folder)
      return {
        oldNodeCode,
        oldNodeLines: linesOf(old.stderr),
        moduleCode: code,
        moduleLines: linesOf(stderr),
        isModuleNamed: Number(stderr.includes(lacking))
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
  control: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tapedeck-runtime-'))
    try {
      // Checks stand one behind the other: only a Node that will do passes them all.
      await using host = new TapedeckHost(servingIn(folder))
      const isOver = () => host.exitCode !== null
      await holdsWithin(endsMs, () => isOver() || host.stdout.includes('Open http'))
      return { oldNodeCode: await host.end(isOver() ? null : 'SIGKILL') }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
})

/** Rows of processes that start when they must not. */
export const startRows: readonly FaultRow[] = [twoInstances, wrongRuntime]
