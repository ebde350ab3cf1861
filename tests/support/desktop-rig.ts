import { onTestFinished } from 'vitest'
import { Desktop } from '../../src/main/desktop.ts'
import { readDesktopArguments } from '../../src/main/desktop-arguments.ts'
import type { ChildStandIn } from './electron-child.ts'
import type { PageStandIn } from './electron-page.ts'
import { ElectronStandIn } from './electron-stand-in.ts'
import type { TrayStandIn } from './electron-tray.ts'
import type { WindowStandIn } from './electron-window.ts'
import { FakeHostClock } from './fake-host-clock.ts'
import { ListLog } from './list-log.ts'
import { scratchFolder } from './scratch-folder.ts'
import { until } from './until.ts'
import { ScriptedEngine, type EngineManner } from './scripted-engine.ts'

const simulatorReady = {
  control: 'http://127.0.0.1:1',
  venues: { coinbase: { wsUrl: 'ws://127.0.0.1:2', restUrl: 'http://127.0.0.1:2' } }
}

/** The desktop app on the stand-in, with scripted children and a clock that the test moves. */
export class DesktopRig {
  readonly clock = new FakeHostClock()
  readonly log = new ListLog()
  readonly engines: ScriptedEngine[] = []
  readonly simulators: ChildStandIn[] = []
  readonly endedPids: number[] = []
  readonly quits: number[] = []
  readonly electron: ElectronStandIn
  readonly desktop: Desktop
  readonly folder: string
  manner: EngineManner = 'serve'
  failSimulators = false
  muteSimulators = false
  /** Whether the system ends a process that is to be ended. */
  canEndProcesses = true

  static async open(args: readonly string[] = []): Promise<DesktopRig> {
    const rig = new DesktopRig(await scratchFolder(), args)
    onTestFinished(() => rig.#close())
    return rig
  }

  private constructor(folder: string, args: readonly string[]) {
    this.folder = folder
    this.electron = new ElectronStandIn((child) => this.#program(child))
    this.electron.becomeReady()
    this.desktop = new Desktop(this.electron, {
      hostUrl: 'file:///app/out/main/main.js',
      folder,
      args: readDesktopArguments(args),
      platform: 'linux',
      preload: '/app/out/preload/preload.cjs',
      trayIcon: '/app/build/tray.png',
      files: new Map([['/index.html', { body: Buffer.from('<p>'), type: 'text/html' }]]),
      log: this.log,
      clock: this.clock,
      environment: { PATH: '/bin' },
      endProcess: (pid) => this.#endProcess(pid),
      quit: (exitCode) => void this.quits.push(exitCode)
    })
  }

  get window(): WindowStandIn {
    return there(this.electron.windows.at(-1), 'a window')
  }

  get page(): PageStandIn {
    return there(this.window.webContents.page ?? undefined, 'a page')
  }

  get tray(): TrayStandIn {
    return there(this.electron.trays.at(-1), 'a tray')
  }

  get engine(): ScriptedEngine {
    return there(this.engines.at(-1), 'an engine')
  }

  get living(): readonly ChildStandIn[] {
    return this.electron.children.filter((child) => child.isAlive)
  }

  #program(child: ChildStandIn): void {
    if (child.fork.entry.endsWith('simulator.js')) {
      this.simulators.push(child)
      if (this.failSimulators) child.on('spawn', () => child.crash('crashed', 1))
      else if (!this.muteSimulators) child.on('spawn', () => speak(child))
    } else {
      this.engines.push(new ScriptedEngine(child, this.manner))
    }
  }

  /** The simulators that were mute say where they listen. */
  simulatorsSpeak(): void {
    for (const child of this.simulators) speak(child)
  }

  #endProcess(pid: number): void {
    this.endedPids.push(pid)
    if (!this.canEndProcesses) return
    this.electron.children.find((child) => child.pid === pid)?.exit(9)
  }

  async #close(): Promise<void> {
    for (const child of this.electron.children) child.isHanging = false
    this.page.unload()
    for (const { child } of this.engines) child.exit(0)
    if (this.tray.isDestroyed) return
    let isClosed = false
    void this.desktop.close().then(() => {
      isClosed = true
    })
    await until(() => {
      this.clock.advance(1_000)
      return isClosed
    }, 'the app is closed')
  }
}

function speak(simulator: ChildStandIn): void {
  simulator.stdout?.write(`${JSON.stringify(simulatorReady)}\n`)
}

function there<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new Error(`there is no ${what}`)
  return value
}
