import type { SetupAnswer, SetupChoice } from '../contracts/desktop-bridge.ts'
import { connectionWords, statusWords } from '../contracts/status-words.ts'
import { DeskPlans } from '../service/desk-plans.ts'
import { Desk, type DeskPlan } from '../service/desk.ts'
import { entryPath } from '../service/entries.ts'
import type { DashboardFile } from '../service/http/dashboard-files.ts'
import type { Log } from '../service/log.ts'
import type { HostClock } from '../service/host-clock.ts'
import { serveApp } from './app-protocol.ts'
import { setApplicationMenu } from './application-menu.ts'
import type { DesktopArguments } from './desktop-arguments.ts'
import type { AppWindow, ElectronModule } from './electron-module.ts'
import { OutagePorts } from './outage-ports.ts'
import { denyPermissions } from './permissions.ts'
import { StatusTray, type TrayWords } from './status-tray.ts'
import type { UtilityHost } from './utility-child.ts'
import { launchUtilityEngine, type UtilityEngine } from './utility-engine.ts'
import { startUtilitySimulator } from './utility-simulator.ts'
import { openWindow, showWindow } from './window.ts'
import { answerWindow } from './window-ports.ts'

export type DesktopOptions = {
  /** `import.meta.url` of the entry. */
  readonly hostUrl: string
  readonly folder: string
  readonly args: DesktopArguments
  readonly platform: NodeJS.Platform
  /** Paths of the built preload and of the tray's image. */
  readonly preload: string
  readonly trayIcon: string
  readonly files: ReadonlyMap<string, DashboardFile>
  readonly log: Log
  readonly clock: HostClock
  /** Of the children. */
  readonly environment: Readonly<Record<string, string>>
  readonly endProcess: (pid: number) => void
  /** Ends the app, with an exit code of the command line. */
  readonly quit: (exitCode: number) => void
}

/** Status words in the tray are renewed this often. */
const statusMs = 1_000
/** Engine and simulator have bounds of their own; the app never waits longer than this for both. */
const closeMs = 4_000

/** The desktop app once Electron is ready: engine, window, tray. Decides nothing about markets. */
export class Desktop {
  readonly #electron: ElectronModule
  readonly #options: DesktopOptions
  readonly #children: UtilityHost
  readonly #plans: DeskPlans
  readonly #desk: Desk
  readonly #outage: OutagePorts
  readonly #window: AppWindow
  readonly #tray: StatusTray
  #engine: UtilityEngine | null = null
  #launches = 0
  /** What the supervision of the engine said last. */
  #detail = ''
  #isSimulated = false
  #cancelStatus: () => void = () => undefined

  /** Opens the window; nothing runs before `run`. */
  constructor(electron: ElectronModule, options: DesktopOptions) {
    const { args, clock, environment, endProcess, log } = options
    this.#electron = electron
    this.#options = options
    this.#children = { electron, environment, endProcess, after: clock.after }
    denyPermissions(electron)
    serveApp(electron, options.files)
    setApplicationMenu(electron, options.platform)
    this.#plans = new DeskPlans({
      hostUrl: options.hostUrl,
      folder: options.folder,
      settingsFile: args.settingsFile,
      skipMarketHours: args.skipMarketHours,
      recordFrames: args.recordFrames,
      logLevel: args.logLevel,
      startSimulator: (entry) => startUtilitySimulator(this.#children, entry)
    })
    this.#desk = this.#createDesk()
    this.#outage = new OutagePorts((link) => this.#desk.relay.publisher.attach(link))
    this.#window = openWindow(electron, {
      preload: options.preload,
      title: args.isDemo ? 'Tapedeck SIMULATED' : 'Tapedeck',
      log,
      nowMs: clock.nowMs
    })
    this.#tray = new StatusTray(electron, options.trayIcon, {
      open: () => this.show(),
      quit: () => options.quit(0)
    })
    answerWindow(electron, this.#window, {
      engine: () => this.#engine,
      serve: (port) => this.#outage.add(port),
      setup: (choice) => this.#setUp(choice)
    })
    electron.powerMonitor.on('resume', () => {
      this.#engine?.send({ channel: 'control', kind: 'resumed' })
    })
  }

  /**
   * Starts what the command line asked for.
   *
   * @throws SettingsError, Error when the simulator does not start
   */
  async run(): Promise<void> {
    const { isDemo, dataDir } = this.#options.args
    this.#isSimulated = isDemo
    this.#showStatus()
    await this.#run(
      isDemo ? this.#plans.demo(dataDir) : this.#plans.engine(await this.#plans.settings())
    )
  }

  /** Brings the window to the front. */
  show(): void {
    showWindow(this.#window)
  }

  /** Ends engine and simulator; resolves within its bound, whatever hangs. */
  async close(): Promise<void> {
    this.#cancelStatus()
    this.#tray.close()
    if (!this.#window.isDestroyed()) this.#window.hide()
    this.#electron.session.defaultSession.flushStorageData()
    const overdue = Promise.withResolvers<undefined>()
    const cancel = this.#options.clock.after(closeMs, () => overdue.resolve(undefined))
    await Promise.race([overdue.promise, this.#desk.stop().then(() => this.#options.log.close())])
    cancel()
  }

  #createDesk(): Desk {
    const { clock, log, quit } = this.#options
    return new Desk({
      launch: () => this.#launch(),
      log,
      clock,
      handlers: {
        state: (...[, detail]) => {
          this.#detail = detail
          this.#tray.show(this.#words())
        },
        refused: ({ message, exitCode }) => {
          this.#electron.dialog.showErrorBox('Tapedeck cannot start', message)
          quit(exitCode)
        }
      }
    })
  }

  #launch(): UtilityEngine {
    this.#launches += 1
    this.#outage.close()
    this.#engine = launchUtilityEngine(this.#children, {
      entry: entryPath(this.#options.hostUrl, 'engine'),
      name: `Tapedeck engine ${this.#launches}`
    })
    return this.#engine
  }

  async #setUp(choice: SetupChoice): Promise<SetupAnswer> {
    try {
      const { answer, plan } = await this.#plans.choose(choice)
      if (plan !== null) await this.#run(plan)
      return answer
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.#options.log.write('error', 'setup-failed', { choice, message })
      return { accepted: false, message }
    }
  }

  async #run(plan: DeskPlan): Promise<void> {
    this.#isSimulated = plan.kind === 'demo'
    await this.#desk.run(plan)
  }

  #showStatus(): void {
    this.#tray.show(this.#words())
    this.#cancelStatus = this.#options.clock.after(statusMs, () => this.#showStatus())
  }

  #words(): TrayWords {
    const state = this.#desk.supervisor?.state ?? 'starting'
    if (state === 'restarting' || state === 'tripped') {
      const heading = this.#labelled(this.#detail)
      return { heading, detail: heading }
    }
    const health = this.#desk.relay.publisher.find('health', 'health')
    if (health === null) {
      const heading = this.#labelled('starting')
      return { heading, detail: heading }
    }
    return { heading: connectionWords(health), detail: statusWords(health) }
  }

  #labelled(words: string): string {
    return this.#isSimulated ? `SIMULATED · ${words}` : words
  }
}
