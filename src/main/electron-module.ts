import type * as electron from 'electron'

/** The parts of Electron that the main process uses; handed in, so that tests bring a stand-in. */
export type ElectronModule = Pick<
  typeof electron,
  | 'app'
  | 'BrowserWindow'
  | 'dialog'
  | 'ipcMain'
  | 'Menu'
  | 'MessageChannelMain'
  | 'nativeImage'
  | 'powerMonitor'
  | 'protocol'
  | 'session'
  | 'shell'
  | 'Tray'
  | 'utilityProcess'
>
