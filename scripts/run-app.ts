/**
 * `npm start` and `npm run demo`: builds, then runs the desktop app where Electron's binary can be had,
 * otherwise the same app in the browser.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from './build.ts'

function findElectron(): string | null {
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
    return null
  }
  const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  const names: Readonly<Record<string, string>> = {
    darwin: 'Electron.app/Contents/MacOS/Electron',
    win32: 'electron.exe'
  }
  const binary = join(folder, 'dist', names[process.platform] ?? 'electron')
  return existsSync(binary) ? binary : null
}

await build()
const args = process.argv.slice(2)
const electron = findElectron()
if (electron === null) {
  process.stdout.write('Electron is not available here, so Tapedeck runs in the browser instead.\n')
}
const child =
  electron === null
    ? spawn(process.execPath, ['out/main/headless.js', 'serve', ...args], { stdio: 'inherit' })
    : spawn(electron, ['.', ...args], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => child.kill(signal))
}
child.on('exit', (code) => process.exit(code ?? 1))
