/**
 * `npm start` and `npm run demo`: builds, then runs the desktop app where Electron's binary can be had,
 * otherwise the same app in the browser.
 */
import { spawn } from 'node:child_process'
import { build } from './build.ts'
import { findElectron, hasDisplay } from './electron-binary.ts'

await build()
const args = process.argv.slice(2)
const electron = hasDisplay() ? findElectron() : null
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
