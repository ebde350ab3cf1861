/**
 * `npm run pack:check`: packs the built app with electron-builder's real configuration, without a
 * download, looks at what was packed, and runs the headless host out of it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AsarFile } from './asar-file.ts'
import { build } from './build.ts'
import { packApp, wantedFuses, type PackedApp } from './packed-app.ts'
import { runPackedHost } from './packed-host.ts'

const maxAsarBytes = 12 * 1_048_576
const entries = [
  'package.json',
  'build/tray.png',
  'build/tray@2x.png',
  'out/preload/preload.cjs',
  'out/renderer/index.html',
  ...[
    'main',
    'headless',
    'engine',
    'writer-thread',
    'reader-thread',
    'recorder-thread',
    'deck-thread',
    'simulator'
  ].map((name) => `out/main/${name}.js`)
]
const packages = ['better-sqlite3', 'hyparquet', 'hyparquet-writer', 'ws']
/** Imported by chunks that ccxt loads for venues we have not got. */
const neverReached = ['protobufjs']

function problemsOf({ asar, fuses }: PackedApp): string[] {
  return [
    ...misplacedFiles(asar),
    ...wrongPackages(asar),
    ...wrongLibraries(asar),
    ...(asar.bytes < maxAsarBytes
      ? []
      : [`app.asar has ${asar.bytes} bytes, over ${maxAsarBytes}`]),
    ...wantedFuses
      .filter(([, digit], index) => fuses[index] !== digit)
      .map(([name, digit]) => `the fuse ${name} is not set to ${digit}`)
  ]
}

function misplacedFiles(asar: AsarFile): string[] {
  const paths = asar.entries.map(({ path }) => path)
  return [
    ...entries.filter((path) => !paths.includes(path)).map((path) => `${path} is missing`),
    ...paths
      .filter((path) => !/^(out|build|node_modules)\/|^package\.json$/.test(path))
      .map((path) => `${path} does not belong into the package`),
    ...paths
      .filter((path) => /\.(tsx?|map|c|h|gypi?)$/.test(path))
      .map((path) => `${path} is a source`)
  ]
}

function wrongPackages(asar: AsarFile): string[] {
  const paths = asar.entries.map(({ path }) => path)
  const packed = new Set(
    paths.flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [])
  )
  return [
    ...[...packed].filter((name) => !packages.includes(name)).map((name) => `${name} is packed`),
    ...packages.filter((name) => !packed.has(name)).map((name) => `${name} is not packed`),
    ...paths
      .filter((path) => path.startsWith('out/main/'))
      .flatMap((path) => importsOf(asar.read(path).toString()).map((name) => ({ path, name })))
      .filter(({ name }) => !packed.has(name) && !neverReached.includes(name))
      .map(({ path, name }) => `${path} imports ${name}, which is not packed`)
  ]
}

/** Exactly the library of this system, beside the archive: none can be loaded from within. */
function wrongLibraries(asar: AsarFile): string[] {
  const library = `node_modules/better-sqlite3/prebuilds/${process.platform}-${process.arch}.node`
  const found = asar.entries.filter(({ path }) => path.endsWith('.node'))
  const isRight = found.length === 1 && found[0]?.path === library && found[0].isUnpacked
  return isRight ? [] : [`expected ${library} unpacked, found ${JSON.stringify(found)}`]
}

/** Names of the packages that a built file imports; what stands in comments is indented. */
function importsOf(code: string): string[] {
  const found = code.matchAll(/^import\b[^;\n]*?["']([^"'.][^"'\n]*)["'];?$/gm)
  return [...found]
    .map(([, name = '']) => name)
    .filter((name) => !isBuiltin(name) && name !== 'electron')
    .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'))
}

async function check(): Promise<number> {
  if (process.platform !== 'linux') {
    process.stdout.write('pack:check did not run: it stands in for Electron on Linux only.\n')
    return 0
  }
  const scratch = mkdtempSync(join(tmpdir(), 'tapedeck-pack-'))
  try {
    await build()
    const packed = packApp(scratch)
    const problems = problemsOf(packed)
    for (const problem of problems) process.stderr.write(`pack:check: ${problem}\n`)
    if (problems.length > 0) return 1
    const { bytes, entries: files } = packed.asar
    const folder = join(scratch, 'app')
    packed.asar.extract(folder)
    const { live, total } = await runPackedHost(folder)
    process.stdout.write(
      `pack:check: app.asar ${(bytes / 1_048_576).toFixed(1)} MB, ${files.length} files; ` +
        `the host in it had ${live}/${total} connections live\n`
    )
    return 0
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

process.exitCode = await check()
