/** `npm run e2e`: builds, gets a browser and runs the end-to-end tests in it. */
import { spawnSync } from 'node:child_process'
import { ensureBrowser } from './browser.ts'
import { build } from './build.ts'

try {
  const browser = ensureBrowser()
  await build()
  const result = spawnSync(
    process.execPath,
    ['node_modules/@playwright/test/cli.js', 'test', ...process.argv.slice(2)],
    { stdio: 'inherit', env: { ...process.env, TAPEDECK_BROWSER: browser } }
  )
  process.exitCode = result.status ?? 1
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
