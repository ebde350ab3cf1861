import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

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
