import type { Log } from '../service/log.ts'
import { appOrigin } from './app-protocol.ts'
import type { AppWindow, ElectronModule } from './electron-module.ts'

/** Places outside that the window may open in the user's own browser. */
const outsideHosts: readonly string[] = ['www.tradingview.com', 'github.com']

/** Crashes of the page within the time that are answered by loading it again. */
const reloadLimit = { crashes: 3, withinMs: 300_000 } as const

export type WindowOptions = {
  /** Path of the built preload. */
  readonly preload: string
  readonly title: string
  readonly log: Log
  /** Monotonic. */
  readonly nowMs: () => number
}

/**
 * Opens the one window: sandboxed, isolated, without Node; it navigates nowhere and opens nothing. A
 * page that crashes is loaded again, a few times; past that, showing the window loads it.
 */
export function openWindow(
  electron: Pick<ElectronModule, 'BrowserWindow' | 'shell'>,
  options: WindowOptions
): AppWindow {
  const window = new electron.BrowserWindow({
    width: 1_440,
    height: 900,
    minWidth: 900,
    minHeight: 600,
    show: false,
    backgroundColor: '#0d1117',
    title: options.title,
    autoHideMenuBar: true,
    webPreferences: {
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
      backgroundThrottling: false
    }
  })
  window.once('ready-to-show', () => window.show())
  keepInPlace(electron, window)
  reloadAfterCrash(window, options)
  void window.loadURL(`${appOrigin}/index.html`)
  return window
}

/** Brings the window to the front, with its page loaded anew where that had crashed. */
export function showWindow(window: AppWindow): void {
  if (window.isDestroyed()) return
  if (window.webContents.isCrashed()) window.webContents.reload()
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

function keepInPlace(electron: Pick<ElectronModule, 'shell'>, window: AppWindow): void {
  const contents = window.webContents
  contents.setWindowOpenHandler(({ url }) => {
    if (isAllowedOutside(url)) void electron.shell.openExternal(url)
    return { action: 'deny' }
  })
  contents.on('will-frame-navigate', (event) => event.preventDefault())
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
}

function reloadAfterCrash(window: AppWindow, { log, nowMs }: WindowOptions): void {
  let crashes: number[] = []
  window.webContents.on('render-process-gone', (...[, { reason, exitCode }]) => {
    if (reason === 'clean-exit') return
    log.write('error', 'window-crashed', { reason, exitCode })
    crashes = crashes.filter((crashMs) => nowMs() - crashMs < reloadLimit.withinMs)
    crashes.push(nowMs())
    if (crashes.length <= reloadLimit.crashes) window.webContents.reload()
  })
}

/** Only https links to known hosts leave the app. */
function isAllowedOutside(text: string): boolean {
  const url = URL.parse(text)
  return url?.protocol === 'https:' && outsideHosts.includes(url.host)
}
