import type { ElectronModule, TrayIcon } from './electron-module.ts'

/** What the tray's menu does. */
export type TrayActions = { readonly open: () => void; readonly quit: () => void }

/** The run's state: `heading` changes seldom, `detail` with every look. */
export type TrayWords = { readonly heading: string; readonly detail: string }

/**
 * The tray: status in words, Open and Quit. The menu is set anew after each change, since Linux shows
 * no change otherwise and sends no click; and only then, since setting it closes an open one.
 */
export class StatusTray {
  readonly #electron: Pick<ElectronModule, 'Menu'>
  readonly #actions: TrayActions
  readonly #tray: TrayIcon
  #words: TrayWords = { heading: '', detail: '' }
  #isClosed = false

  /** @param icon Path of the image. */
  constructor(electron: Pick<ElectronModule, 'Menu' | 'Tray'>, icon: string, actions: TrayActions) {
    this.#electron = electron
    this.#actions = actions
    this.#tray = new electron.Tray(icon)
  }

  /** Once the tray is closed, nothing. */
  show(words: TrayWords): void {
    if (this.#isClosed) return
    const { heading, detail } = this.#words
    this.#words = words
    if (words.detail !== detail) this.#tray.setToolTip(`Tapedeck — ${words.detail}`)
    if (words.heading !== heading) this.#setMenu(`Tapedeck — ${words.heading}`)
  }

  close(): void {
    this.#isClosed = true
    this.#tray.destroy()
  }

  #setMenu(status: string): void {
    this.#tray.setContextMenu(
      this.#electron.Menu.buildFromTemplate([
        { label: status, enabled: false },
        { type: 'separator' },
        { label: 'Open Tapedeck', click: () => this.#actions.open() },
        { label: 'Quit', click: () => this.#actions.quit() }
      ])
    )
  }
}
