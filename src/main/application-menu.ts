import type { ElectronModule } from './electron-module.ts'

/** Sets the menu of the window: what the system offers, no links of anybody's. */
export function setApplicationMenu(
  electron: Pick<ElectronModule, 'Menu'>,
  platform: NodeJS.Platform
): void {
  const first = platform === 'darwin' ? 'appMenu' : 'fileMenu'
  electron.Menu.setApplicationMenu(
    electron.Menu.buildFromTemplate([
      { role: first },
      { role: 'editMenu' },
      { role: 'viewMenu' },
      { role: 'windowMenu' }
    ])
  )
}
