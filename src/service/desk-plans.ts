import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SetupAnswer, SetupChoice } from '../contracts/desktop-bridge.ts'
import type { EngineConfig, LogLevel } from '../contracts/engine-protocol.ts'
import type { Settings } from '../contracts/settings.ts'
import { openDemoFolder } from './demo-folder.ts'
import { demoSettings, starterSettings } from './demo-plan.ts'
import type { DeskPlan } from './desk.ts'
import { entryPath } from './entries.ts'
import { defaultSettings, loadSettings, SettingsError } from './settings-file.ts'
import { startSimulator, type SimulatorProcess } from './simulator-process.ts'

/** What a host was told at start. */
export type DeskOptions = {
  /** `import.meta.url` of the host's entry. */
  readonly hostUrl: string
  readonly folder: string
  /** Null: `settings.toml` in the data folder, which may be missing. */
  readonly settingsFile: string | null
  readonly skipMarketHours: boolean
  /** Frames are recorded, whatever the settings say. */
  readonly recordFrames: boolean
  readonly logLevel: LogLevel
  /** Starts the simulator from its entry; unsaid: as a child process of Node. */
  readonly startSimulator?: (entry: string) => Promise<SimulatorProcess>
}

/** Makes the plans a desk can run, from settings, for a demonstration or from the first-run card. */
export class DeskPlans {
  readonly #options: DeskOptions

  constructor(options: DeskOptions) {
    this.#options = options
  }

  get settingsFile(): string {
    return this.#options.settingsFile ?? join(this.#options.folder, 'settings.toml')
  }

  /** @throws SettingsError when they cannot be used, or a named file is missing. */
  async settings(): Promise<Settings> {
    const settings = await loadSettings(this.settingsFile)
    if (settings !== null) return settings
    if (this.#options.settingsFile === null) return defaultSettings()
    throw new SettingsError(`--settings: no such file: ${this.settingsFile}`)
  }

  engine(settings: Settings): DeskPlan {
    return { kind: 'engine', config: this.#config(this.#options.folder, settings) }
  }

  /**
   * @param folder Where the demonstration keeps its data: of its own, since simulated data never shares
   *   a database with live data. Null: a fresh folder for each run, removed at its end.
   */
  demo(folder: string | null): DeskPlan {
    const entry = entryPath(this.#options.hostUrl, 'simulator')
    const start = this.#options.startSimulator ?? startSimulator
    return {
      kind: 'demo',
      openFolder: () => openDemoFolder(folder),
      startSimulator: () => start(entry),
      configFor: (simulator, path) => this.#config(path, demoSettings(simulator.ready))
    }
  }

  /** Carries out a choice of the first-run card; `plan` is what to run next, null for nothing. */
  async choose(
    choice: SetupChoice
  ): Promise<{ readonly answer: SetupAnswer; readonly plan: DeskPlan | null }> {
    const accepted = { accepted: true, message: null }
    switch (choice) {
      case 'coinbase':
        await this.#writeStarterSettings()
        return { answer: accepted, plan: this.engine(await this.settings()) }
      case 'simulated':
        return { answer: accepted, plan: this.demo(null) }
      case 'settings-file':
        return {
          answer: { accepted: true, message: `Put it at ${this.settingsFile} and start again.` },
          plan: null
        }
    }
  }

  #config(dataDir: string, settings: Settings): EngineConfig {
    const { recordFrames } = this.#options
    const tape = recordFrames ? { ...settings.tape, record_frames: true } : settings.tape
    return {
      mode: settings.run.mode,
      clock: settings.run.clock,
      dataDir,
      settings: { ...settings, tape },
      logLevel: this.#options.logLevel,
      skipMarketHours: this.#options.skipMarketHours
    }
  }

  /** Gives a first-time user a settings file to start from; one that is there already is left alone. */
  async #writeStarterSettings(): Promise<void> {
    await mkdir(this.#options.folder, { recursive: true })
    try {
      await writeFile(this.settingsFile, starterSettings, { flag: 'wx' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}
