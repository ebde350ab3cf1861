import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AsarFile } from './asar-file.ts'

const root = join(import.meta.dirname, '..')

/** Where a binary of Electron keeps its fuses: a mark, a version, their number, one digit each. */
const fuseMark = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
/** As Electron is delivered (https://www.electronjs.org/docs/latest/tutorial/fuses, read 2026-11-22). */
const deliveredFuses = '10110001'

/** The fuses we set, by their place in the binary, and those we leave as they are. */
export const wantedFuses = [
  ['RunAsNode', '0'],
  ['EnableCookieEncryption', '0'],
  ['EnableNodeOptionsEnvironmentVariable', '0'],
  ['EnableNodeCliInspectArguments', '0'],
  ['EnableEmbeddedAsarIntegrityValidation', '1'],
  ['OnlyLoadAppFromAsar', '1'],
  ['LoadBrowserProcessSpecificV8Snapshot', '0'],
  ['GrantFileProtocolExtraPrivileges', '0']
] as const

/** What came out of electron-builder. */
export type PackedApp = {
  readonly asar: AsarFile
  /** One digit for each of `wantedFuses`. */
  readonly fuses: string
}

/**
 * Packs the built app for Linux with the real configuration, into a folder that stands for Electron's.
 *
 * @param scratch An empty folder of the caller's.
 * @throws Error with what electron-builder said
 */
export function packApp(scratch: string): PackedApp {
  const electronDist = join(scratch, 'electron')
  const output = join(scratch, 'packed')
  makeElectronFolder(electronDist)
  const config = join(scratch, 'electron-builder.json')
  const changes = { electronDist, directories: { output } }
  writeFileSync(config, JSON.stringify({ extends: join(root, 'electron-builder.yml'), ...changes }))
  const cli = join(root, 'node_modules/electron-builder/cli.js')
  const packed = spawnSync(process.execPath, [cli, '--linux', '--dir', '--config', config], {
    cwd: root,
    encoding: 'utf8'
  })
  if (packed.status !== 0) {
    throw new Error(`electron-builder failed:\n${packed.stdout}${packed.stderr}`)
  }
  const folder = join(output, 'linux-unpacked')
  return {
    asar: new AsarFile(join(folder, 'resources/app.asar')),
    fuses: fusesOf(readFileSync(join(folder, 'tapedeck'), 'latin1'))
  }
}

/** A folder with what electron-builder expects of Electron's; its binary has fuses and nothing else. */
function makeElectronFolder(folder: string): void {
  for (const name of ['resources', 'locales']) mkdirSync(join(folder, name), { recursive: true })
  const electron = JSON.parse(
    readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8')
  ) as { readonly version: string }
  const wire = `${fuseMark}\u0001${String.fromCharCode(deliveredFuses.length)}${deliveredFuses}`
  writeFileSync(join(folder, 'electron'), wire, { encoding: 'latin1', mode: 0o755 })
  writeFileSync(join(folder, 'version'), `v${electron.version}`)
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'chrome-sandbox']) {
    writeFileSync(join(folder, name), 'stands for one of Electron\n')
  }
}

function fusesOf(binary: string): string {
  const from = binary.indexOf(fuseMark) + fuseMark.length + 2
  return binary.slice(from, from + deliveredFuses.length)
}
