import { EventEmitter } from 'node:events'
import type { BrowserWindowConstructorOptions } from 'electron'
import type { AppWindow, WindowContents } from '../../src/main/electron-module.ts'
import { PageStandIn, type PageRoute } from './electron-page.ts'

type OpenHandler = (details: { readonly url: string }) => { action: 'deny' }

/** Electron's WebContents: the page that is loaded, and what it may not do. */
export class ContentsStandIn extends EventEmitter implements WindowContents {
  page: PageStandIn | null = null
  loads = 0
  readonly #route: PageRoute
  #openHandler: OpenHandler | null = null
  #crashed = false

  constructor(route: PageRoute) {
    super()
    this.#route = route
  }

  readonly setWindowOpenHandler = (handler: OpenHandler): void => {
    this.#openHandler = handler
  }

  readonly isCrashed = (): boolean => this.#crashed

  readonly reload = (): void => this.load(this.page?.frame.url ?? 'about:blank')

  load(url: string): void {
    this.page?.unload()
    this.page = new PageStandIn(url, this, this.#route)
    this.#crashed = false
    this.loads += 1
  }

  /** The page asks to open a window. @returns Whether it may. */
  openWindow(url: string): boolean {
    return this.#openHandler?.({ url }).action !== 'deny'
  }

  /** The page asks for something that a listener may prevent. @returns Whether it may. */
  attempt(event: 'will-frame-navigate' | 'will-redirect' | 'will-attach-webview'): boolean {
    let isAllowed = true
    this.emit(event, { preventDefault: () => (isAllowed = false) })
    return isAllowed
  }

  crash(reason: 'crashed' | 'oom' | 'clean-exit'): void {
    this.#crashed = true
    this.page?.unload()
    this.emit('render-process-gone', {}, { reason, exitCode: 5 })
  }
}

/** Electron's BrowserWindow. */
export class WindowStandIn extends EventEmitter implements AppWindow {
  readonly options: BrowserWindowConstructorOptions
  readonly webContents: ContentsStandIn
  isShown = false
  isFocused = false
  minimized = false
  #destroyed = false

  constructor(options: BrowserWindowConstructorOptions, route: PageRoute) {
    super()
    this.options = options
    this.webContents = new ContentsStandIn(route)
  }

  loadURL(url: string): Promise<void> {
    this.#assertThere()
    this.webContents.load(url)
    this.emit('ready-to-show')
    return Promise.resolve()
  }

  isDestroyed(): boolean {
    return this.#destroyed
  }

  isMinimized(): boolean {
    this.#assertThere()
    return this.minimized
  }

  restore(): void {
    this.#assertThere()
    this.minimized = false
  }

  show(): void {
    this.#assertThere()
    this.isShown = true
  }

  hide(): void {
    this.#assertThere()
    this.isShown = false
  }

  focus(): void {
    this.#assertThere()
    this.isFocused = true
  }

  destroy(): void {
    this.webContents.page?.unload()
    this.#destroyed = true
  }

  #assertThere(): void {
    if (this.#destroyed) throw new TypeError('Object has been destroyed')
  }
}

/** The class of an app's windows, which notes each one that is opened. */
export function windowClass(
  route: PageRoute,
  opened: WindowStandIn[]
): new (options: BrowserWindowConstructorOptions) => WindowStandIn {
  return class extends WindowStandIn {
    constructor(options: BrowserWindowConstructorOptions) {
      super(options, route)
      opened.push(this)
    }
  }
}
