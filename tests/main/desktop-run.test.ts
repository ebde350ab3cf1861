import { access } from 'node:fs/promises'
import { describe, expect, onTestFailed, onTestFinished, test } from 'vitest'
import type { Snapshot } from '../../src/contracts/state-stream.ts'
import { StreamReceiver } from '../../src/contracts/stream-receiver.ts'
import { readDesktopArguments } from '../../src/main/desktop-arguments.ts'
import { Desktop } from '../../src/main/desktop.ts'
import type { DesktopBridge } from '../../src/contracts/desktop-bridge.ts'
import { windowPortLinks } from '../../src/renderer/link/window-port.ts'
import { hostClock } from '../../src/service/host-clock.ts'
import { builtPreload, runPreload } from '../support/built-preload.ts'
import { ElectronStandIn } from '../support/electron-stand-in.ts'
import { ListLog } from '../support/list-log.ts'
import { scratchFolder } from '../support/scratch-folder.ts'
import { runInThread } from '../support/threaded-child.ts'
import { until } from '../support/until.ts'

async function demonstration() {
  const folder = await scratchFolder()
  const log = new ListLog()
  const ends = new Map<number, () => void>()
  const electron = new ElectronStandIn((child) => {
    const end = runInThread(child)
    child.on('spawn', () => ends.set(child.pid ?? 0, end))
  })
  electron.becomeReady()
  const desktop = new Desktop(electron, {
    hostUrl: new URL('../../src/main/main.ts', import.meta.url).href,
    folder,
    args: readDesktopArguments(['--demo']),
    platform: process.platform,
    preload: '/preload.cjs',
    trayIcon: '/tray.png',
    files: new Map(),
    log,
    clock: hostClock,
    environment: {},
    endProcess: (pid) => ends.get(pid)?.(),
    quit: () => undefined
  })
  onTestFailed(() => void process.stderr.write(`${JSON.stringify(log.lines, null, 1)}\n`))
  let isClosed = false
  const close = async () => {
    if (!isClosed) await desktop.close()
    isClosed = true
  }
  onTestFinished(close)
  await desktop.run()
  return { close, electron }
}

/** The page's own script: the preload's bridge, the renderer's link, and the newest snapshot. */
async function followInPage(electron: ElectronStandIn) {
  const page = electron.windows[0]?.webContents.page
  if (page === null || page === undefined) throw new Error('there is no page')
  runPreload(await builtPreload(), page)
  const bridge = page.exposed.get('tapedeck') as DesktopBridge
  const open = windowPortLinks(bridge, page.window as EventTarget as Window)
  const seen: { snapshot: Snapshot | null; deltas: number } = { snapshot: null, deltas: 0 }
  new StreamReceiver(await open(new AbortController().signal), {
    snapshot: (snapshot) => {
      seen.snapshot = snapshot
    },
    delta: () => {
      seen.deltas += 1
    },
    lost: () => undefined,
    refused: () => undefined
  })
  return seen
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false
  )

describe('Desktop with the real engine', () => {
  test('streams a simulated market straight into the window, and again after a reload', async () => {
    const { close, electron } = await demonstration()
    const first = await followInPage(electron)
    await until(() => first.deltas > 10, 'prices move in the window', 30_000)
    electron.windows[0]?.webContents.reload()
    const second = await followInPage(electron)
    await until(() => second.deltas > 10, 'prices move in the reloaded window', 30_000)
    const tables = second.snapshot?.tables
    expect(tables?.run).toMatchObject([{ mode: 'simulated' }])
    expect(tables?.instruments).toHaveLength(326)
    expect(tables?.connections).toHaveLength(22)
    const folder = tables?.run[0]?.dataFolder ?? ''
    expect(await isThere(folder)).toBe(true)
    await close()
    expect(electron.children.filter((child) => child.isAlive)).toEqual([])
    expect(await isThere(folder)).toBe(false)
  }, 90_000)
})
