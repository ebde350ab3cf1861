import type { ElectronModule } from './electron-module.ts'

/** Refuses every permission a page can ask for, and every download; Tapedeck's window needs none. */
export function denyPermissions(electron: Pick<ElectronModule, 'session'>): void {
  const session = electron.session.defaultSession
  session.setPermissionRequestHandler((...[, , answer]) => answer(false))
  session.setPermissionCheckHandler(() => false)
  session.on('will-download', (event) => event.preventDefault())
}
