import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Settings } from '../contracts/settings.ts'
import { DeskPlans } from '../service/desk-plans.ts'
import { DeferredLog } from '../service/deferred-log.ts'
import { Desk } from '../service/desk.ts'
import { entryPath, rendererFolder } from '../service/entries.ts'
import { forkEngine } from '../service/forked-engine.ts'
import { loadDashboardFiles } from '../service/http/dashboard-files.ts'
import { startHttpServer } from '../service/http/server.ts'
import { openLog } from '../service/log.ts'
import { hostClock } from '../service/host-clock.ts'
import type { ServeArguments } from './arguments.ts'
import { defaultDataFolder } from '../service/data-folder.ts'

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
    const plans = new DeskPlans({
      hostUrl,
      folder: folder.path,
      settingsFile: args.settings,
      skipMarketHours: args.skipMarketHours,
      recordFrames: args.recordFrames,
      logLevel: args.logLevel
    })
    const settings = await plans.settings()
    const dashboard = await loadDashboardFiles(rendererFolder(hostUrl))
    return await run({ args, hostUrl, stopped, folder: folder.path, plans, settings, dashboard })
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

type Run = {
  readonly args: ServeArguments
  readonly hostUrl: string
  readonly stopped: AbortSignal
  readonly folder: string
  readonly plans: DeskPlans
  readonly settings: Settings
  readonly dashboard: Awaited<ReturnType<typeof loadDashboardFiles>>
}

async function run(options: Run): Promise<number> {
  const { args, hostUrl, stopped, folder, plans, settings, dashboard } = options
  const ended = Promise.withResolvers<number>()
  stopped.addEventListener('abort', () => ended.resolve(0))
  const running = Promise.withResolvers<true>()
  const log = new DeferredLog(() =>
    openLog({
      folder: join(folder, 'logs'),
      process: 'engine',
      level: args.logLevel,
      nowMs: () => performance.now()
    })
  )
  let desk: Desk | null = null
  const server = await startHttpServer({
    port: args.port,
    dashboard,
    relayOf: () => desk?.relay ?? null,
    decksOf: () => desk?.decks ?? null,
    hosts: settings.http.hosts,
    maxClients: settings.http.max_clients,
    nowMs: () => Date.now(),
    log,
    setup: async (choice) => {
      const { answer, plan } = await plans.choose(choice)
      if (plan !== null) await desk?.run(plan)
      return answer
    }
  })
  desk = new Desk({
    launch: () => forkEngine(entryPath(hostUrl, 'engine')),
    log,
    clock: hostClock,
    handlers: {
      state: (state, detail) => {
        if (state === 'tripped') process.stderr.write(`tapedeck: ${detail}\n`)
        if (state === 'running') running.resolve(true)
        if (state === 'restarting') void log.open()
      },
      refused: ({ message, exitCode }) => {
        process.stderr.write(`tapedeck: ${message}\n`)
        ended.resolve(exitCode)
      }
    }
  })
  try {
    await desk.run(args.demo ? plans.demo(folder) : plans.engine(settings))
    await Promise.race([running.promise, ended.promise])
    if (desk.supervisor?.state === 'running') {
      await log.open()
      announce(desk, server.url, args)
    }
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
