/**
 * `npm run smoke:electron`: drives the real Electron where its binary exists. Starts the built app on
 * the simulator, waits for live prices, reloads the window, ends the engine under it, quits, and looks
 * for what is left behind. Without a display it starts itself again under Xvfb.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from '@playwright/test'
import Database from 'better-sqlite3'
import { build } from './build.ts'
import { findElectron, hasDisplay } from './electron-binary.ts'

const root = join(import.meta.dirname, '..')
const results = join(root, 'test-results')
const pollMs = 100
const startMs = 30_000
const liveMs = 30_000
const quitMs = 6_000

type Process = { readonly pid: number; readonly name: string }

function step(what: string): void {
  process.stdout.write(`smoke:electron: ${what}\n`)
}

function assert(condition: boolean, expected: string): void {
  if (!condition) throw new Error(`expected ${expected}`)
}

/** @throws Error naming `what` when the deadline passes first. */
async function waitFor(
  what: string,
  deadlineMs: number,
  condition: () => boolean | Promise<boolean>
): Promise<void> {
  const endMs = performance.now() + deadlineMs
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`not within ${deadlineMs / 1_000} s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Electron's own processes, children that we started included. */
function processesOf(app: ElectronApplication): Promise<Process[]> {
  return app.evaluate(({ app: electronApp }) =>
    electronApp.getAppMetrics().map(({ pid, name, type }) => ({ pid, name: name ?? type }))
  )
}

/** All connections live, a price in the title, and the price moving. */
async function waitUntilLive(page: Page): Promise<string> {
  await page.getByRole('button', { name: '22/22 live' }).waitFor({ timeout: liveMs })
  const isPrice = (title: string) => /[\d.]+ — Tapedeck SIMULATED$/.test(title)
  await waitFor('a price in the window’s title', liveMs, async () => isPrice(await page.title()))
  const before = await page.title()
  await waitFor('the price to move', liveMs, async () => {
    const now = await page.title()
    return isPrice(now) && now !== before
  })
  return page.title()
}

async function checkWindow(page: Page): Promise<void> {
  assert(page.url() === 'app://tapedeck/index.html', `our own page, not ${page.url()}`)
  const reach: unknown = await page.evaluate(
    '[typeof require, typeof process, Object.keys(window.tapedeck).sort().join()].join()'
  )
  assert(
    reach === 'undefined,undefined,requestPort,setup',
    `a window without Node, not ${String(reach)}`
  )
  const outside: unknown = await page.evaluate(
    "fetch('https://example.com/').then(() => 'reached', () => 'refused')"
  )
  assert(outside === 'refused', 'a page that reaches nothing outside')
}

async function checkEngineRestart(app: ElectronApplication, page: Page): Promise<void> {
  const named = async (name: string) => (await processesOf(app)).find((each) => each.name === name)
  const engine = await named('Tapedeck engine 1')
  if (engine === undefined) throw new Error('expected a process named Tapedeck engine 1')
  process.kill(engine.pid, 'SIGKILL')
  await waitFor(
    'a second engine',
    liveMs,
    async () => (await named('Tapedeck engine 2')) !== undefined
  )
  step(`engine replaced; ${await waitUntilLive(page)}`)
}

async function checkQuit(app: ElectronApplication): Promise<void> {
  const processes = await processesOf(app)
  const main = app.process()
  const exited = new Promise<number | null>((resolve) => main.once('exit', resolve))
  await app.evaluate(({ app: electronApp }) => {
    // After the answer is on its way: quitting ends the connection it travels on.
    setTimeout(() => electronApp.quit(), 0)
  })
  const overdue = setTimeout(() => main.kill('SIGKILL'), quitMs)
  const code = await exited
  clearTimeout(overdue)
  assert(code === 0, `exit code 0 within ${quitMs / 1_000} s, not ${code ?? 'a kill'}`)
  await waitFor(
    'every process to be gone',
    quitMs,
    () => !processes.some(({ pid }) => isRunning(pid))
  )
  step(`quit; none of ${processes.length} processes left`)
}

function checkDatabase(folder: string): void {
  const database = new Database(join(folder, 'tapedeck.db'), { readonly: true })
  try {
    const row = database.prepare('select count(*) as trades from v_trade').get()
    const { trades } = row as { readonly trades: number }
    assert(trades > 0, 'trades in the database')
    assert(database.pragma('quick_check', { simple: true }) === 'ok', 'a sound database')
    step(`${trades} trades stored`)
  } finally {
    database.close()
  }
}

async function smoke(binary: string, folder: string): Promise<void> {
  await build()
  // Chromium's own sandbox refuses to run as root.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const app = await _electron.launch({
    executablePath: binary,
    args: [...asRoot, root, '--demo', '--data-dir', folder],
    timeout: startMs
  })
  try {
    const page = await app.firstWindow({ timeout: startMs })
    step(`live: ${await waitUntilLive(page)}`)
    await checkWindow(page)
    mkdirSync(results, { recursive: true })
    await page.screenshot({ path: join(results, 'electron.png') })
    await page.reload()
    step(`live after a reload: ${await waitUntilLive(page)}`)
    await checkEngineRestart(app, page)
    await checkQuit(app)
  } finally {
    const main = app.process()
    if (main.exitCode === null && main.signalCode === null) main.kill('SIGKILL')
  }
  checkDatabase(folder)
}

/** @returns The exit code of this script under Xvfb; null where there is no Xvfb. */
function runUnderXvfb(): number | null {
  const again = spawnSync('xvfb-run', ['-a', process.execPath, import.meta.filename], {
    stdio: 'inherit'
  })
  return again.error === undefined ? (again.status ?? 1) : null
}

async function run(): Promise<number> {
  const binary = findElectron()
  if (binary === null) {
    step('did not run: the binary of Electron is not here')
    return 0
  }
  if (!hasDisplay()) {
    const code = runUnderXvfb()
    if (code === null) step('did not run: there is neither a display nor xvfb-run here')
    return code ?? 0
  }
  const folder = mkdtempSync(join(tmpdir(), 'tapedeck-smoke-'))
  try {
    await smoke(binary, folder)
    step('passed')
    return 0
  } catch (error) {
    step(`failed: ${error instanceof Error ? error.message : String(error)}`)
    return 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

process.exitCode = await run()
