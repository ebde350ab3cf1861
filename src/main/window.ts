import type { BrowserWindow } from 'electron'
import type { ElectronModule } from './electron-module.ts'
import { appOrigin } from './app-protocol.ts'

/** Places outside that the window may open in the user's own browser. */
const outsideHosts: readonly string[] = ['www.tradingview.com', 'github.com']

/**
 * Opens the one window: sandboxed, isolated, without Node; it navigates nowhere and opens nothing.
 *
 * @param preload Path of the built preload.
 */
export function openWindow(
  electron: Pick<ElectronModule, 'BrowserWindow' | 'shell'>,
  preload: string
): BrowserWindow {
  const window = new electron.BrowserWindow({
    width: 1_440,
    height: 900,
    minWidth: 900,
    minHeight: 600,
    show: false,
    backgroundColor: '#0d1117',
    title: 'Tapedeck',
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      webviewTag: false,
      spellcheck: false,
      backgroundThrottling: false
    }
  })
  window.once('ready-to-show', () => window.show())
  window.webContents.setWindowOpenHandler(({ url }) => {
    if (isAllowedOutside(url)) void electron.shell.openExternal(url)
    return { action: 'deny' }
  })
  window.webContents.on('will-navigate', (event) => event.preventDefault())
  window.webContents.on('will-attach-webview', (event) => event.preventDefault())
  void window.loadURL(`${appOrigin}/index.html`)
  return window
}

/** Only https links to known hosts leave the app. */
export function isAllowedOutside(text: string): boolean {
  const url = URL.parse(text)
  return url?.protocol === 'https:' && outsideHosts.includes(url.host)
}
