import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as electron from 'electron'
import { rendererFolder } from '../service/entries.ts'
import { loadDashboardFiles } from '../service/http/dashboard-files.ts'
import { openLog } from '../service/log.ts'
import { registerAppScheme } from './app-protocol.ts'
import { Desktop } from './desktop.ts'
import { passedEnvironment } from '../service/passed-environment.ts'
import { trayIcon } from './tray-icon.ts'

const { app } = electron

async function start(): Promise<void> {
  registerAppScheme(electron)
  await app.whenReady()
  const folder = app.getPath('userData')
  const desktop = await Desktop.start(electron, {
    hostUrl: import.meta.url,
    folder,
    isDemo: process.argv.includes('--demo'),
    preload: fileURLToPath(new URL('../preload/preload.cjs', import.meta.url)),
    trayIcon,
    files: await loadDashboardFiles(rendererFolder(import.meta.url)),
    log: await openLog({
      folder: join(folder, 'logs'),
      process: 'engine',
      level: 'info',
      nowMs: () => performance.now()
    }),
    environment: passedEnvironment(process.env)
  })
  app.on('second-instance', () => desktop.show())
  app.on('window-all-closed', () => app.quit())
  let isClosed = false
  app.on('before-quit', (event) => {
    if (isClosed) return
    event.preventDefault()
    void desktop.close().finally(() => {
      isClosed = true
      app.quit()
    })
  })
}

/** One instance only: a second one wakes the first and leaves before it opens anything. */
if (app.requestSingleInstanceLock()) {
  start().catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error)
    electron.dialog.showErrorBox('Tapedeck cannot start', message)
    app.exit(1)
  })
} else {
  app.exit(0)
}
