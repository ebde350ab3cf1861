import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const names: Readonly<Record<string, string>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe'
}

/**
 * Finds the binary of Electron where it has been downloaded, or where `ELECTRON_OVERRIDE_DIST_PATH`
 * says that it is.
 *
 * @returns Null where there is none.
 */
export function findElectron(): string | null {
  const folder =
    process.env['ELECTRON_OVERRIDE_DIST_PATH'] ??
    join(dirname(createRequire(import.meta.url).resolve('electron/package.json')), 'dist')
  const binary = join(folder, names[process.platform] ?? 'electron')
  return existsSync(binary) ? binary : null
}

/** Whether a window can be shown here. */
export function hasDisplay(): boolean {
  const { DISPLAY: x11, WAYLAND_DISPLAY: wayland } = process.env
  return process.platform !== 'linux' || Boolean(x11) || Boolean(wayland)
}
