import { existsSync } from 'node:fs'
import type { CustomScheme, ForkOptions, MenuItemConstructorOptions } from 'electron'
import type {
  ElectronModule,
  PreventableEvent,
  WindowMessage
} from '../../src/main/electron-module.ts'
import { ChildStandIn } from './electron-child.ts'
import { ChannelStandIn } from './electron-ports.ts'
import { MenuStandIn, trayClass, type TrayStandIn } from './electron-tray.ts'
import { windowClass, type WindowStandIn } from './electron-window.ts'
import { EventBoard } from './event-board.ts'

type AppRequest = { readonly url: string; readonly method: string }
type PermissionHandler = Parameters<
  ElectronModule['session']['defaultSession']['setPermissionRequestHandler']
>[0]

/**
 * Stands for the `electron` module in tests: what the main process uses of it, behaving as documented.
 *
 * How its types are held to Electron's: `ElectronModule` in `src/main` is the port that the main
 * process is written against. `src/main/main.ts` hands Electron itself to it, so that `tsc -b` fails
 * when a signature of Electron no longer fits; the port's members are properties, so parameters are
 * compared strictly. This class `implements` the same port, and what crosses it (ports, options,
 * reasons of a process's end) are Electron's own types. `tests/types/electron-stand-in.test-d.ts` sees
 * the check refuse modules that drifted.
 */
export class ElectronStandIn implements ElectronModule {
  readonly windows: WindowStandIn[] = []
  readonly trays: TrayStandIn[] = []
  readonly children: ChildStandIn[] = []
  readonly errorBoxes: { readonly title: string; readonly content: string }[] = []
  readonly openedOutside: string[] = []
  readonly paths = new Map<string, string>()
  readonly schemes: CustomScheme[] = []
  readonly exitCodes: number[] = []
  readonly appEvents = new EventBoard()
  readonly power = new EventBoard()
  readonly sessionEvents = new EventBoard()
  /** Whether another instance holds the lock. */
  isSecond = false
  isSandboxed = false
  storageFlushes = 0
  applicationMenu: MenuStandIn | null = null
  readonly #ready = Promise.withResolvers<undefined>()
  readonly #program: (child: ChildStandIn) => void
  readonly #listeners = new Map<string, (event: WindowMessage, ...values: unknown[]) => void>()
  readonly #handlers = new Map<
    string,
    (event: WindowMessage, ...values: unknown[]) => Promise<unknown>
  >()
  #serve: ((request: AppRequest) => Response) | null = null
  #askPermission: PermissionHandler | null = null
  #checkPermission: (() => boolean) | null = null

  /** @param program What each forked child does; it is called before the child spawns. */
  constructor(program: (child: ChildStandIn) => void = () => undefined) {
    this.#program = program
  }

  readonly app: ElectronModule['app'] = {
    setPath: (name, path) => {
      if (!existsSync(path)) throw new Error(`Failed to set path: ${path} does not exist`)
      this.paths.set(name, path)
    },
    requestSingleInstanceLock: () => !this.isSecond,
    enableSandbox: () => {
      this.isSandboxed = true
    },
    whenReady: () => this.#ready.promise,
    exit: (code) => {
      this.exitCodes.push(code)
      for (const window of this.windows) window.destroy()
      for (const child of this.children) child.exit(0)
    },
    on: this.appEvents.on,
    off: this.appEvents.off
  }

  readonly BrowserWindow = windowClass(
    {
      send: (event, channel, values) => this.send(event, channel, values),
      invoke: (event, channel, values) => this.invoke(event, channel, values)
    },
    this.windows
  )

  readonly dialog = {
    showErrorBox: (title: string, content: string) => {
      this.errorBoxes.push({ title, content })
    }
  }

  readonly ipcMain: ElectronModule['ipcMain'] = {
    on: (channel, listener) => this.#listeners.set(channel, listener),
    handle: (channel, listener) => {
      if (this.#handlers.has(channel)) throw new Error(`a second handler for ${channel}`)
      this.#handlers.set(channel, listener)
    }
  }

  readonly Menu = {
    buildFromTemplate: (template: MenuItemConstructorOptions[]) => new MenuStandIn(template),
    setApplicationMenu: (menu: object | null) => {
      this.applicationMenu = menu instanceof MenuStandIn ? menu : null
    }
  }

  readonly MessageChannelMain = ChannelStandIn

  readonly powerMonitor: ElectronModule['powerMonitor'] = { on: this.power.on }

  readonly protocol: ElectronModule['protocol'] = {
    registerSchemesAsPrivileged: (schemes) => {
      if (this.#isReady) throw new Error('protocol.registerSchemesAsPrivileged: app is ready')
      this.schemes.push(...schemes)
    },
    handle: (...[, handler]) => {
      this.#serve = handler
    }
  }

  readonly session: ElectronModule['session'] = {
    defaultSession: {
      setPermissionRequestHandler: (handler) => {
        this.#askPermission = handler
      },
      setPermissionCheckHandler: (handler) => {
        this.#checkPermission = handler
      },
      on: this.sessionEvents.on,
      flushStorageData: () => {
        this.storageFlushes += 1
      }
    }
  }

  readonly shell = {
    openExternal: (url: string) => {
      this.openedOutside.push(url)
      return Promise.resolve()
    }
  }

  readonly Tray = trayClass(this.trays)

  readonly utilityProcess = {
    fork: (entry: string, args: string[], options: ForkOptions): ChildStandIn => {
      if (!this.#isReady) throw new TypeError('utilityProcess before app is ready')
      const child = new ChildStandIn({ entry, args, options }, (details) =>
        this.appEvents.emit('child-process-gone', {}, { type: 'Utility', ...details })
      )
      this.children.push(child)
      this.#program(child)
      queueMicrotask(() => child.spawn(1_000 + this.children.length))
      return child
    }
  }

  #isReady = false

  /** Electron has started. */
  becomeReady(): void {
    this.#isReady = true
    this.#ready.resolve(undefined)
  }

  /** The user, or the system, asks the app to quit. @returns Whether it quits without more ado. */
  quit(): boolean {
    let isAllowed = true
    const event: PreventableEvent = { preventDefault: () => (isAllowed = false) }
    this.appEvents.emit('before-quit', event)
    return isAllowed
  }

  /** A page asks for a document. */
  request(url: string, method = 'GET'): Response {
    if (this.#serve === null) throw new Error('no protocol is served')
    return this.#serve({ url, method })
  }

  /** A page asks for a permission. @returns What it is told; null when nobody answers. */
  requestPermission(permission: string): boolean | null {
    let answer: boolean | null = null
    this.#askPermission?.({}, permission, (granted) => {
      answer = granted
    })
    return answer
  }

  /** A page looks whether it has a permission; Electron grants what nobody checks. */
  checkPermission(): boolean {
    return this.#checkPermission?.() ?? true
  }

  /** A message of a window, or of whoever forges one. */
  send(event: WindowMessage, channel: string, values: readonly unknown[]): void {
    this.#listeners.get(channel)?.(event, ...cloned(values))
  }

  async invoke(
    event: WindowMessage,
    channel: string,
    values: readonly unknown[]
  ): Promise<unknown> {
    const handler = this.#handlers.get(channel)
    if (handler === undefined) throw new Error(`No handler registered for '${channel}'`)
    return structuredClone(await handler(event, ...cloned(values)))
  }
}

function cloned(values: readonly unknown[]): unknown[] {
  return values.map((value) => structuredClone(value))
}
