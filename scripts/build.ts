import { spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const built = new URL('../out/main/headless.js', import.meta.url)
const sources = new URL('../src', import.meta.url)

/** Builds when nothing is built yet, or a source is newer than the build. */
export async function buildIfOld(): Promise<void> {
  const builtMs = statSync(built, { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (newestMs(fileURLToPath(sources)) > builtMs) await build()
}

function newestMs(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  return Math.max(...files.map(({ parentPath, name }) => statSync(join(parentPath, name)).mtimeMs))
}

/** Builds all entries into `out/`. @throws Error when the build fails; its output has said why. */
export async function build(): Promise<void> {
  const script = fileURLToPath(
    new URL('../node_modules/electron-vite/bin/electron-vite.js', import.meta.url)
  )
  const child = spawn(process.execPath, [script, 'build', '--logLevel', 'warn'], {
    stdio: ['ignore', 'ignore', 'inherit']
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  if (code !== 0) throw new Error(`the build failed (code ${code ?? 'none'})`)
}

if (import.meta.main) await build()
