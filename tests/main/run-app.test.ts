import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { runApp } from '../../src/main/run-app.ts'
import { ElectronStandIn } from '../support/electron-stand-in.ts'
import { FakeHostClock } from '../support/fake-host-clock.ts'
import { scratchFolder } from '../support/scratch-folder.ts'
import { ScriptedEngine } from '../support/scripted-engine.ts'
import { until } from '../support/until.ts'

async function app(
  options: { readonly args?: readonly string[]; readonly isSecond?: boolean } = {}
) {
  const folder = await scratchFolder()
  const engines: ScriptedEngine[] = []
  const electron = new ElectronStandIn((child) => {
    engines.push(new ScriptedEngine(child, 'serve'))
  })
  electron.isSecond = options.isSecond ?? false
  const clock = new FakeHostClock()
  const ran = runApp(electron, {
    hostUrl: 'file:///app/out/main/main.js',
    args: ['/app', '--data-dir', folder, ...(options.args ?? [])],
    platform: 'linux',
    environment: {},
    clock,
    endProcess: () => undefined
  })
  onTestFinished(() => {
    if (electron.exitCodes.length === 0) electron.app.exit(0)
  })
  return { clock, electron, engines, folder, ran }
}

async function running(...args: readonly string[]) {
  const all = await app({ args })
  all.electron.becomeReady()
  await all.ran
  await until(() => all.engines[0]?.config !== null, 'the engine runs')
  return all
}

describe('runApp', () => {
  test('opens the window and runs the engine on the data folder once Electron is ready', async () => {
    const { electron, engines, folder } = await running()
    expect(electron.windows).toHaveLength(1)
    expect(engines[0]?.config?.dataDir).toBe(folder)
    expect(existsSync(join(folder, 'logs'))).toBe(true)
  })

  test('opens nothing before Electron is ready, but has claimed its scheme and sandbox', async () => {
    const { electron } = await app()
    expect(electron.schemes.map(({ scheme }) => scheme)).toEqual(['app'])
    expect(electron.isSandboxed).toBe(true)
    expect(electron.windows).toEqual([])
    expect(electron.children).toEqual([])
  })

  test('leaves at once where another instance holds the lock', async () => {
    const { electron, folder, ran } = await app({ isSecond: true })
    await ran
    expect(electron.exitCodes).toEqual([0])
    expect(electron.schemes).toEqual([])
    expect(existsSync(join(folder, 'logs'))).toBe(false)
  })

  test('has a lock of its own for each data folder, and for demonstrations', async () => {
    const { electron, folder } = await app()
    expect(electron.paths.get('userData')).toBe(join(folder, 'window'))
    const demo = await app({ args: ['--demo'] })
    expect(demo.electron.paths.get('userData')).toBe(join(demo.folder, 'window-simulated'))
  })

  test('shows its window when a second instance is started', async () => {
    const { electron } = await running()
    const [window] = electron.windows
    window?.hide()
    electron.appEvents.emit('second-instance', {}, [], '/', null)
    expect([window?.isShown, window?.isFocused]).toEqual([true, true])
  })

  test('closes everything before it quits', async () => {
    const { electron, engines } = await running()
    expect(electron.quit()).toBe(false)
    await until(() => electron.exitCodes.length > 0, 'the app is gone')
    expect(electron.exitCodes).toEqual([0])
    expect(engines[0]?.heard).toEqual(['start', 'stop'])
    expect(electron.trays[0]?.isDestroyed).toBe(true)
  })

  test('quits once, however often it is asked', async () => {
    const { electron } = await running()
    electron.quit()
    electron.quit()
    electron.appEvents.emit('window-all-closed')
    await until(() => electron.exitCodes.length > 0, 'the app is gone')
    expect(electron.exitCodes).toEqual([0])
  })

  test('quits when its window is closed, and leaves the destroyed window alone', async () => {
    const { electron } = await running()
    electron.windows[0]?.destroy()
    electron.appEvents.emit('window-all-closed')
    electron.appEvents.emit('second-instance')
    await until(() => electron.exitCodes.length > 0, 'the app is gone')
    expect(electron.exitCodes).toEqual([0])
  })

  test('quits while it waits for Electron', async () => {
    const { electron } = await app()
    electron.quit()
    await until(() => electron.exitCodes.length > 0, 'the app is gone')
    expect(electron.exitCodes).toEqual([0])
  })

  test('explains a bad argument and exits with 2, with nothing on disk', async () => {
    const { electron, folder, ran } = await app({ args: ['--log-level', 'loud'] })
    await ran
    expect(electron.errorBoxes).toEqual([
      {
        title: 'Tapedeck cannot start',
        content: '--log-level: expected one of debug, info, warn, error, not loud'
      }
    ])
    expect(electron.exitCodes).toEqual([2])
    expect(existsSync(join(folder, 'window'))).toBe(false)
  })

  test('explains settings that cannot be used and exits with 2', async () => {
    const { electron, ran } = await app({ args: ['--settings', '/nowhere/settings.toml'] })
    electron.becomeReady()
    await ran
    await until(() => electron.exitCodes.length > 0, 'the app is gone')
    expect(electron.errorBoxes[0]?.content).toContain('/nowhere/settings.toml')
    expect(electron.exitCodes).toEqual([2])
    expect(electron.children).toEqual([])
  })

  test('explains a data folder that cannot be made', async () => {
    const { electron, ran } = await app({ args: ['--data-dir', '/dev/null/data'] })
    await ran
    expect(electron.errorBoxes[0]?.content).toContain('/dev/null/data')
    expect(electron.exitCodes).toEqual([1])
  })
})
