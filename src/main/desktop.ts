import type { BrowserWindow } from 'electron'
import { statusWords } from '../contracts/status-words.ts'
import { DeskPlans } from '../service/desk-plans.ts'
import { Desk } from '../service/desk.ts'
import { entryPath } from '../service/entries.ts'
import type { DashboardFile } from '../service/http/dashboard-files.ts'
import type { Log } from '../service/log.ts'
import { hostClock } from '../service/supervisor.ts'
import { serveApp } from './app-protocol.ts'
import type { ElectronModule } from './electron-module.ts'
import { denyPermissions } from './permissions.ts'
import { StatusTray } from './status-tray.ts'
import { launchUtilityEngine, type UtilityEngine } from './utility-engine.ts'
import { openWindow } from './window.ts'
import { answerWindow } from './window-ports.ts'

export type DesktopOptions = {
  /** `import.meta.url` of the entry. */
  readonly hostUrl: string
  readonly folder: string
  readonly isDemo: boolean
  readonly preload: string
  readonly trayIcon: string
  readonly files: ReadonlyMap<string, DashboardFile>
  readonly log: Log
  readonly environment: Readonly<Record<string, string>>
}

/** Status words in tray and title are renewed this often. */
const statusMs = 1_000

/** The desktop app once Electron is ready: engine, window, tray. Decides nothing about markets. */
export class Desktop {
  readonly #electron: ElectronModule
  readonly #desk: Desk
  readonly #plans: DeskPlans
  readonly #options: DesktopOptions
  readonly #tray: StatusTray
  readonly #window: BrowserWindow
  #engine: UtilityEngine | null = null
  #status: NodeJS.Timeout | null = null

  /** @throws SettingsError */
  static async start(electron: ElectronModule, options: DesktopOptions): Promise<Desktop> {
    denyPermissions(electron)
    serveApp(electron, options.files)
    const desktop = new Desktop(electron, options)
    await desktop.#run()
    return desktop
  }

  private constructor(electron: ElectronModule, options: DesktopOptions) {
    this.#electron = electron
    this.#options = options
    this.#plans = new DeskPlans({
      hostUrl: options.hostUrl,
      folder: options.folder,
      settingsFile: null,
      skipMarketHours: false,
      logLevel: 'info'
    })
    this.#desk = new Desk({
      launch: () => this.#launch(),
      log: options.log,
      clock: hostClock,
      handlers: {
        state: (state, detail) => options.log.write('info', 'desktop', { state, detail }),
        refused: ({ message }) => {
          options.log.write('error', 'engine-refused', { message })
          electron.dialog.showErrorBox('Tapedeck cannot start', message)
          electron.app.quit()
        }
      }
    })
    this.#window = openWindow(electron, options.preload)
    this.#tray = new StatusTray(electron, options.trayIcon, {
      open: () => this.show(),
      quit: () => electron.app.quit()
    })
    answerWindow(electron, this.#window, {
      engine: () => this.#engine,
      setup: async (choice) => {
        const { answer, plan } = await this.#plans.choose(choice)
        if (plan !== null) await this.#desk.run(plan)
        return answer
      }
    })
    electron.powerMonitor.on('resume', () => {
      this.#engine?.send({ channel: 'control', kind: 'resumed' })
    })
  }

  /** Brings the window to the front. */
  show(): void {
    if (this.#window.isMinimized()) this.#window.restore()
    this.#window.show()
    this.#window.focus()
  }

  /** Ends engine and simulator within their bounds. */
  async close(): Promise<void> {
    if (this.#status !== null) clearInterval(this.#status)
    this.#tray.close()
    await this.#desk.stop()
    await this.#options.log.close()
  }

  async #run(): Promise<void> {
    const { folder, isDemo } = this.#options
    const plan = isDemo
      ? this.#plans.demo(`${folder}-simulated`)
      : this.#plans.engine(await this.#plans.settings())
    await this.#desk.run(plan)
    this.#status = setInterval(() => {
      this.#tray.show(statusWords(this.#desk.relay.publisher.find('health', 'health')))
    }, statusMs)
  }

  #launch(): UtilityEngine {
    const entry = entryPath(this.#options.hostUrl, 'engine')
    this.#engine = launchUtilityEngine(this.#electron, entry, this.#options.environment)
    return this.#engine
  }
}
