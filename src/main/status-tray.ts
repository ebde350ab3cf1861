import type { Tray } from 'electron'
import type { ElectronModule } from './electron-module.ts'

/** What the tray's menu does. */
export type TrayActions = { readonly open: () => void; readonly quit: () => void }

/**
 * The tray: status in words, Open and Quit. The menu is set anew after each change, since Linux shows
 * no change otherwise and sends no click.
 */
export class StatusTray {
  readonly #electron: Pick<ElectronModule, 'Menu' | 'Tray' | 'nativeImage'>
  readonly #actions: TrayActions
  readonly #tray: Tray
  #shown = ''

  constructor(
    electron: Pick<ElectronModule, 'Menu' | 'Tray' | 'nativeImage'>,
    icon: string,
    actions: TrayActions
  ) {
    this.#electron = electron
    this.#actions = actions
    this.#tray = new electron.Tray(electron.nativeImage.createFromDataURL(icon))
    this.show('starting')
  }

  /** @param words From `statusWords`. */
  show(words: string): void {
    if (words === this.#shown) return
    this.#shown = words
    const status = `Tapedeck · ${words}`
    this.#tray.setToolTip(status)
    this.#tray.setContextMenu(
      this.#electron.Menu.buildFromTemplate([
        { label: status, enabled: false },
        { type: 'separator' },
        { label: 'Open Tapedeck', click: () => this.#actions.open() },
        { label: 'Quit', click: () => this.#actions.quit() }
      ])
    )
  }

  close(): void {
    this.#tray.destroy()
  }
}
