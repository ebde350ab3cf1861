import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EngineConfig } from '../contracts/engine-protocol.ts'
import type { Settings } from '../contracts/settings.ts'
import { demoSettings, starterSettings } from '../service/demo-plan.ts'
import { Desk, type DeskPlan } from '../service/desk.ts'
import { entryPath, rendererFolder } from '../service/entries.ts'
import { forkEngine } from '../service/forked-engine.ts'
import { loadDashboardFiles } from '../service/http/dashboard-files.ts'
import { startHttpServer } from '../service/http/server.ts'
import { openLog } from '../service/log.ts'
import { defaultSettings, loadSettings, SettingsError } from '../service/settings-file.ts'
import { startSimulator } from '../service/simulator-process.ts'
import type { ServeArguments } from './arguments.ts'
import { defaultDataFolder } from './data-folder.ts'

const systemClock = {
  nowMs: () => performance.now(),
  after: (delayMs: number, callback: () => void) => {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  }
}

/**
 * Runs engine, API and dashboard until told to stop.
 *
 * @param hostUrl `import.meta.url` of the entry.
 * @param stopped Aborts when the process is asked to end.
 * @returns The exit code.
 * @throws SettingsError, PortInUseError
 */
export async function serve(
  args: ServeArguments,
  hostUrl: string,
  stopped: AbortSignal
): Promise<number> {
  const folder = await DataFolder.open(args)
  try {
    const settings = await readSettings(args, folder.path)
    const dashboard = await loadDashboardFiles(rendererFolder(hostUrl))
    return await run({ args, hostUrl, stopped, folder: folder.path, settings, dashboard })
  } finally {
    await folder[Symbol.asyncDispose]()
  }
}

/** The data folder of this run; a demonstration's is temporary unless one was named. */
class DataFolder {
  readonly path: string
  readonly #isTemporary: boolean

  private constructor(path: string, isTemporary: boolean) {
    this.path = path
    this.#isTemporary = isTemporary
  }

  static async open(args: ServeArguments): Promise<DataFolder> {
    if (args.dataDir !== null) return new DataFolder(args.dataDir, false)
    if (args.demo) return new DataFolder(await mkdtemp(join(tmpdir(), 'tapedeck-demo-')), true)
    return new DataFolder(defaultDataFolder(process.platform, process.env), false)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isTemporary) await rm(this.path, { recursive: true, force: true })
  }
}

async function readSettings(args: ServeArguments, folder: string): Promise<Settings> {
  const file = args.settings ?? join(folder, 'settings.toml')
  const settings = await loadSettings(file)
  if (settings !== null) return settings
  if (args.settings === null) return defaultSettings()
  throw new SettingsError(`--settings: no such file: ${file}`)
}

type Run = {
  readonly args: ServeArguments
  readonly hostUrl: string
  readonly stopped: AbortSignal
  readonly folder: string
  readonly settings: Settings
  readonly dashboard: Awaited<ReturnType<typeof loadDashboardFiles>>
}

async function run({ args, hostUrl, stopped, folder, settings, dashboard }: Run): Promise<number> {
  const ended = Promise.withResolvers<number>()
  stopped.addEventListener('abort', () => ended.resolve(0))
  const plan = args.demo
    ? demoPlan({ args, hostUrl, folder })
    : ({ kind: 'engine', config: configOf(args, folder, settings) } as const)

  let desk: Desk | null = null
  const server = await startHttpServer({
    port: args.port,
    dashboard,
    relayOf: () => desk?.relay ?? null,
    hosts: settings.http.hosts,
    maxClients: settings.http.max_clients,
    nowMs: () => Date.now(),
    setup: async (choice) => {
      if (choice === 'live') await writeStarterSettings(folder)
      await desk?.run(
        choice === 'simulated'
          ? demoPlan({ args, hostUrl, folder: join(folder, 'simulated') })
          : { kind: 'engine', config: configOf(args, folder, await readSettings(args, folder)) }
      )
    }
  })
  const log = await openLog({
    folder: join(folder, 'logs'),
    process: 'engine',
    level: args.logLevel,
    nowMs: () => performance.now()
  })
  desk = new Desk({
    launch: () => forkEngine(entryPath(hostUrl, 'engine')),
    log,
    clock: systemClock,
    handlers: {
      state: (state, detail) => {
        if (state === 'tripped') process.stderr.write(`tapedeck: ${detail}\n`)
      },
      refused: ({ message, exitCode }) => {
        process.stderr.write(`tapedeck: ${message}\n`)
        ended.resolve(exitCode)
      }
    }
  })
  try {
    await desk.run(plan)
    announce(desk, server.url, args)
    return await ended.promise
  } finally {
    await Promise.all([desk.stop(), server.close()])
    await log.close()
  }
}

function announce(desk: Desk, url: string, args: ServeArguments): void {
  if (desk.simulator !== null) process.stdout.write(`${JSON.stringify(desk.simulator.ready)}\n`)
  process.stdout.write(`Open ${url}\n`)
  if (args.openBrowser) openBrowser(url)
}

function configOf(args: ServeArguments, dataDir: string, settings: Settings): EngineConfig {
  return {
    mode: settings.run.mode,
    clock: settings.run.clock,
    dataDir,
    settings,
    logLevel: args.logLevel,
    skipMarketHours: args.skipMarketHours
  }
}

function demoPlan(options: {
  readonly args: ServeArguments
  readonly hostUrl: string
  readonly folder: string
}): DeskPlan {
  return {
    kind: 'demo',
    startSimulator: () => startSimulator(entryPath(options.hostUrl, 'simulator'), ['--port', '0']),
    configFor: (simulator) => configOf(options.args, options.folder, demoSettings(simulator.ready))
  }
}

/** Gives a first-time user a settings file to start from; one that is there already is left alone. */
async function writeStarterSettings(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  try {
    await writeFile(join(folder, 'settings.toml'), starterSettings, { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Opens the page where there is a screen to open it on. */
function openBrowser(url: string): void {
  const onLinux =
    process.env['DISPLAY'] !== undefined || process.env['WAYLAND_DISPLAY'] !== undefined
  const command =
    process.platform === 'darwin'
      ? 'open'
      : process.platform === 'linux' && onLinux
        ? 'xdg-open'
        : null
  if (command === null) return
  spawn(command, [url], { stdio: 'ignore', detached: true })
    .on('error', () => process.stderr.write(`tapedeck: no browser could be opened; open ${url}\n`))
    .unref()
}
