import type {
  BrowserWindowConstructorOptions,
  CustomScheme,
  Details,
  ForkOptions,
  MenuItemConstructorOptions,
  MessagePortMain,
  RenderProcessGoneDetails
} from 'electron'

/** Subscribes to one event; several make overloads. */
type Subscribe<Name extends string, Listener> = (event: Name, listener: Listener) => unknown

/** An event whose default can be prevented. */
export type PreventableEvent = { readonly preventDefault: () => void }

/** A document in the window, as the sender of a message. */
export type WindowFrame = {
  readonly url: string
  /** Null for the top frame. */
  readonly parent: object | null
  readonly detached: boolean
  readonly postMessage: (channel: string, message: unknown, ports?: MessagePortMain[]) => void
}

/** A message from the window. */
export type WindowMessage = {
  readonly sender: object
  /** Null when the frame has navigated or is gone. */
  readonly senderFrame: WindowFrame | null
}

/** The contents of a window. */
export interface WindowContents {
  readonly setWindowOpenHandler: (
    handler: (details: { readonly url: string }) => { action: 'deny' }
  ) => void
  readonly on: Subscribe<'will-frame-navigate', (event: PreventableEvent) => void> &
    Subscribe<'will-redirect', (event: PreventableEvent) => void> &
    Subscribe<'will-attach-webview', (event: PreventableEvent) => void> &
    Subscribe<'render-process-gone', (event: object, details: RenderProcessGoneDetails) => void>
  readonly isCrashed: () => boolean
  readonly reload: () => void
}

/** A window. Its methods throw once it is destroyed, `isDestroyed` excepted. */
export interface AppWindow {
  readonly webContents: WindowContents
  readonly once: Subscribe<'ready-to-show', () => void>
  readonly loadURL: (url: string) => Promise<void>
  readonly isDestroyed: () => boolean
  readonly isMinimized: () => boolean
  readonly restore: () => void
  readonly show: () => void
  readonly hide: () => void
  readonly focus: () => void
}

/** An icon in the system's tray. */
export interface TrayIcon {
  readonly setToolTip: (text: string) => void
  /** Takes what `Menu.buildFromTemplate` gave. A method, so that the menu may stay opaque here. */
  setContextMenu(menu: object | null): void
  readonly destroy: () => void
}

/** A child process that Electron started. Posting to it is an error from its `exit` event on. */
export interface ForkedChild {
  /** Undefined before `spawn` and after `exit`. */
  readonly pid: number | undefined
  readonly stdout: NodeJS.ReadableStream | null
  readonly on: Subscribe<'message', (message: unknown) => void> &
    Subscribe<'spawn', () => void> &
    Subscribe<'exit', (code: number) => void> &
    Subscribe<'error', (type: string, location: string) => void>
  readonly postMessage: (message: unknown, ports?: MessagePortMain[]) => void
  /** False, and nothing happens, before `spawn`. */
  readonly kill: () => boolean
}

/** The window's storage, permissions and downloads. */
export interface WindowSession {
  readonly setPermissionRequestHandler: (
    handler: (contents: object, permission: string, answer: (granted: boolean) => void) => void
  ) => void
  readonly setPermissionCheckHandler: (handler: () => boolean) => void
  readonly on: Subscribe<'will-download', (event: PreventableEvent) => void>
  readonly flushStorageData: () => void
}

/**
 * What the main process uses of Electron: the module itself fits, and so does the stand-in of the
 * tests. Members are properties, not methods, so that the compiler compares parameters strictly.
 */
export interface ElectronModule {
  readonly app: {
    readonly setPath: (name: 'userData', path: string) => void
    readonly requestSingleInstanceLock: () => boolean
    readonly enableSandbox: () => void
    readonly whenReady: () => Promise<void>
    readonly exit: (code: number) => void
    readonly on: Subscribe<'before-quit', (event: PreventableEvent) => void> &
      Subscribe<'second-instance', () => void> &
      Subscribe<'activate', () => void> &
      Subscribe<'window-all-closed', () => void> &
      Subscribe<'child-process-gone', ProcessEndListener>
    readonly off: Subscribe<'child-process-gone', ProcessEndListener>
  }
  readonly BrowserWindow: new (options: BrowserWindowConstructorOptions) => AppWindow
  readonly dialog: { readonly showErrorBox: (title: string, content: string) => void }
  readonly ipcMain: {
    readonly on: (
      channel: string,
      listener: (event: WindowMessage, ...values: unknown[]) => void
    ) => unknown
    readonly handle: (
      channel: string,
      listener: (event: WindowMessage, ...values: unknown[]) => Promise<unknown>
    ) => void
  }
  readonly Menu: {
    readonly buildFromTemplate: (template: MenuItemConstructorOptions[]) => object
    /** Takes what `buildFromTemplate` gave. */
    setApplicationMenu(menu: object | null): void
  }
  readonly MessageChannelMain: new () => {
    readonly port1: MessagePortMain
    readonly port2: MessagePortMain
  }
  readonly powerMonitor: { readonly on: Subscribe<'resume', () => void> }
  readonly protocol: {
    readonly registerSchemesAsPrivileged: (schemes: CustomScheme[]) => void
    readonly handle: (
      scheme: string,
      handler: (request: { readonly url: string; readonly method: string }) => Response
    ) => void
  }
  readonly session: { readonly defaultSession: WindowSession }
  readonly shell: { readonly openExternal: (url: string) => Promise<void> }
  readonly Tray: new (icon: string) => TrayIcon
  readonly utilityProcess: {
    readonly fork: (entry: string, args: string[], options: ForkOptions) => ForkedChild
  }
}

/** How Electron says that a child process is gone. */
export type ProcessEnd = Pick<Details, 'reason' | 'exitCode'> & { readonly name?: string }

export type ProcessEndListener = (event: object, details: ProcessEnd) => void
