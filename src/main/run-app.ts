import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defaultDataFolder } from '../service/data-folder.ts'
import { rendererFolder } from '../service/entries.ts'
import { loadDashboardFiles } from '../service/http/dashboard-files.ts'
import { openLog } from '../service/log.ts'
import { SettingsError } from '../service/settings-file.ts'
import { passedEnvironment } from '../service/passed-environment.ts'
import type { HostClock } from '../service/host-clock.ts'
import { registerAppScheme } from './app-protocol.ts'
import { ArgumentError, readDesktopArguments, type DesktopArguments } from './desktop-arguments.ts'
import { Desktop } from './desktop.ts'
import type { ElectronModule } from './electron-module.ts'

/** The process that the app runs in. */
export type AppProcess = {
  /** `import.meta.url` of the entry. */
  readonly hostUrl: string
  readonly args: readonly string[]
  readonly platform: NodeJS.Platform
  readonly environment: NodeJS.ProcessEnv
  readonly clock: HostClock
  readonly endProcess: (pid: number) => void
}

/**
 * Runs the desktop app. One instance for each data folder: a second one wakes the first and leaves
 * before it opens anything. What cannot be started is said in a box, and ends the app.
 */
export async function runApp(electron: ElectronModule, host: AppProcess): Promise<void> {
  const { app } = electron
  try {
    const args = readDesktopArguments(host.args)
    const folder = args.dataDir ?? defaultDataFolder(host.platform, host.environment)
    const profile = claimProfile(electron, args, folder)
    if (!app.requestSingleInstanceLock()) {
      app.exit(0)
      return
    }
    app.enableSandbox()
    registerAppScheme(electron)
    await openDesktop(electron, host, { args, folder, profile })
  } catch (error) {
    app.exit(explain(electron, error))
  }
}

/** @returns The exit code. */
function explain(electron: ElectronModule, error: unknown): 1 | 2 {
  const message = error instanceof Error ? error.message : String(error)
  electron.dialog.showErrorBox('Tapedeck cannot start', message)
  return error instanceof SettingsError || error instanceof ArgumentError ? 2 : 1
}

/** The window's own storage, and with it the instance lock; a demonstration shares neither. */
function claimProfile(electron: ElectronModule, args: DesktopArguments, folder: string): string {
  const profile = join(folder, args.isDemo ? 'window-simulated' : 'window')
  mkdirSync(profile, { recursive: true })
  electron.app.setPath('userData', profile)
  return profile
}

type Place = {
  readonly args: DesktopArguments
  readonly folder: string
  readonly profile: string
}

async function openDesktop(
  electron: ElectronModule,
  host: AppProcess,
  { args, folder, profile }: Place
): Promise<void> {
  const { app } = electron
  let desktop: Desktop | null = null
  let leaving: Promise<void> | null = null
  const quit = (exitCode: number) => {
    leaving ??= (desktop?.close() ?? Promise.resolve()).finally(() => app.exit(exitCode))
  }
  app.on('before-quit', (event) => {
    event.preventDefault()
    quit(0)
  })
  app.on('window-all-closed', () => quit(0))
  app.on('second-instance', () => desktop?.show())
  app.on('activate', () => desktop?.show())
  await app.whenReady()
  const files = await loadDashboardFiles(rendererFolder(host.hostUrl))
  const log = await openLog({
    folder: join(args.isDemo ? profile : folder, 'logs'),
    process: 'engine',
    level: args.logLevel,
    nowMs: host.clock.nowMs
  })
  desktop = new Desktop(electron, {
    ...host,
    folder,
    args,
    preload: pathFrom(host.hostUrl, '../preload/preload.cjs'),
    trayIcon: pathFrom(host.hostUrl, '../../build/tray.png'),
    files,
    log,
    environment: passedEnvironment(host.environment),
    quit
  })
  try {
    await desktop.run()
  } catch (error) {
    quit(explain(electron, error))
  }
}

function pathFrom(hostUrl: string, path: string): string {
  return fileURLToPath(new URL(path, hostUrl))
}
