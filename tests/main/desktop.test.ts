import { access, readdir } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { desktopChannels } from '../../src/contracts/desktop-bridge.ts'
import { supervisorLimits } from '../../src/service/supervisor.ts'
import { DesktopRig } from '../support/desktop-rig.ts'
import { until } from '../support/until.ts'

async function running(...args: readonly string[]): Promise<DesktopRig> {
  const rig = await DesktopRig.open(args)
  await rig.desktop.run()
  await until(() => rig.engine.config !== null, 'the engine runs')
  return rig
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false
  )

/** Lets the tray look at the relayed state until it says this. */
async function untilTraySays(rig: DesktopRig, words: string): Promise<void> {
  await until(() => {
    rig.engine.publisher.flush()
    rig.clock.advance(1_000)
    rig.engine.beat()
    return rig.tray.toolTip.includes(words)
  }, `the tray says ${words}, not ${rig.tray.toolTip}`)
}

describe('Desktop engine', () => {
  test('runs in a utility process with a heap cap and only what it needs of the environment', async () => {
    const { fork } = (await running()).engine.child
    expect(fork.entry).toBe('/app/out/main/engine.js')
    expect(fork.options).toMatchObject({
      serviceName: 'Tapedeck engine 1',
      env: { PATH: '/bin' },
      execArgv: ['--js-flags=--max-old-space-size=768 --max-semi-space-size=8 --single-threaded-gc']
    })
  })

  test('is replaced half a second after a crash, and the log has Electron’s reason', async () => {
    const rig = await running()
    rig.engine.child.crash('oom', 133)
    rig.clock.advance(99)
    rig.clock.advance(supervisorLimits.restartDelaysMs[0])
    await until(() => rig.engines.length === 2, 'a second engine')
    expect(rig.log.lines.map(({ fields }) => fields['detail'])).toContainEqual(
      expect.stringContaining('(out of memory)')
    )
  })

  test('is ended at once when its heartbeat stops, even where a kill is not heeded', async () => {
    const rig = await running()
    const { child } = rig.engine
    const { pid } = child
    child.isHanging = true
    rig.clock.advance(supervisorLimits.beatMs)
    expect(child.kills).toBe(1)
    expect(rig.endedPids).toEqual([pid])
    rig.clock.advance(supervisorLimits.restartDelaysMs[0])
    await until(() => rig.engines.length === 2, 'a second engine')
    expect(rig.living).toHaveLength(1)
  })

  test('is replaced when it never becomes ready', async () => {
    const rig = await DesktopRig.open()
    rig.manner = 'mute'
    await rig.desktop.run()
    await until(() => rig.engine.config !== null, 'the engine was told what to run')
    rig.clock.advance(supervisorLimits.readyMs)
    rig.clock.advance(supervisorLimits.restartDelaysMs[0])
    await until(() => rig.engines.length === 2, 'a second engine')
    expect(rig.endedPids).toHaveLength(1)
  })

  test('that refuses to run is explained in a box, and the app quits with its code', async () => {
    const rig = await DesktopRig.open()
    rig.manner = 'refuse'
    await rig.desktop.run()
    await until(() => rig.quits.length === 1, 'the app quits')
    expect(rig.quits).toEqual([78])
    expect(rig.electron.errorBoxes).toEqual([
      { title: 'Tapedeck cannot start', content: 'the database is newer than this program' }
    ])
    expect(rig.engines).toHaveLength(1)
  })

  test('is told when the machine wakes up', async () => {
    const rig = await running()
    rig.electron.power.emit('resume')
    await until(() => rig.engine.heard.includes('resumed'), 'the engine knows')
    expect(rig.engine.heard).toEqual(['start', 'resumed'])
  })
})

describe('Desktop tray', () => {
  test('says how many connections are live, and follows', async () => {
    const rig = await running()
    await untilTraySays(rig, 'Tapedeck — 21/22 live · 1,498 msg/s')
    rig.engine.setLive(22)
    await untilTraySays(rig, '22/22 live')
    expect(rig.tray.menus.at(-1)?.labels[0]).toBe('Tapedeck — 22/22 live')
  })

  test('says so while the engine is being replaced', async () => {
    const rig = await running()
    await untilTraySays(rig, '21/22 live')
    rig.engine.child.crash('crashed', 11)
    const words = 'Tapedeck — the engine ended (crashed); starting again in 0.5 s'
    expect(rig.tray.toolTip).toBe(words)
    expect(rig.tray.menus.at(-1)?.labels[0]).toBe(words)
  })

  test('opens the window and quits', async () => {
    const rig = await running()
    rig.window.hide()
    rig.tray.menus.at(-1)?.choose('Open Tapedeck')
    expect(rig.window.isShown).toBe(true)
    rig.tray.menus.at(-1)?.choose('Quit')
    expect(rig.quits).toEqual([0])
  })
})

describe('Desktop demonstration', () => {
  test('runs the simulator as a utility process and the engine on it, labelled', async () => {
    const rig = await running('--demo')
    expect(rig.simulators[0]?.fork).toMatchObject({
      entry: '/app/out/main/simulator.js',
      args: ['--port', '0']
    })
    expect(rig.engine.config?.mode).toBe('simulated')
    expect(rig.engine.config?.settings.venues['coinbase']?.ws_url).toBe('ws://127.0.0.1:2')
    expect(rig.window.options.title).toBe('Tapedeck SIMULATED')
    expect(rig.tray.menus[0]?.labels[0]).toBe('Tapedeck — SIMULATED · starting')
    await untilTraySays(rig, 'SIMULATED · 21/22 live')
  })

  test('has a fresh folder each time, gone at the end, and never the live one', async () => {
    const first = await running('--demo')
    const second = await running('--demo')
    const [one, other] = [first, second].map((rig) => rig.engine.config?.dataDir ?? '')
    expect(one).not.toBe(other)
    expect(one?.startsWith(first.folder)).toBe(false)
    expect(await isThere(one ?? '')).toBe(true)
    await first.desktop.close()
    expect(await isThere(one ?? '')).toBe(false)
    expect(await isThere(other ?? '')).toBe(true)
  })

  test('chosen twice on the first-run card starts over in another folder', async () => {
    const rig = await running()
    const choose = () =>
      rig.page.preloadModule.ipcRenderer.invoke(desktopChannels.setup, 'simulated')
    expect(await choose()).toEqual({ accepted: true, message: null })
    await until(() => rig.engines[1]?.config?.mode === 'simulated', 'the first demonstration')
    await choose()
    await until(() => rig.engines[2]?.config?.mode === 'simulated', 'the second demonstration')
    const folders = rig.engines.slice(1).map(({ config }) => config?.dataDir)
    expect(new Set(folders).size).toBe(2)
    expect(await isThere(folders[0] ?? '')).toBe(false)
    expect(rig.living).toHaveLength(2)
  })

  test('says on the card why the simulator does not start', async () => {
    const rig = await running()
    rig.failSimulators = true
    const answer: unknown = await rig.page.preloadModule.ipcRenderer.invoke(
      desktopChannels.setup,
      'simulated'
    )
    expect(answer).toEqual({
      accepted: false,
      message: 'the simulator ended before it was ready (crashed)'
    })
  })

  test('keeps its data in the folder that was named', async () => {
    const named = await DesktopRig.open()
    const rig = await running('--demo', '--data-dir', named.folder)
    expect(rig.engine.config?.dataDir).toBe(named.folder)
    await rig.desktop.close()
    expect(await isThere(named.folder)).toBe(true)
  })
})

describe('Desktop first run', () => {
  test('writes starter settings and collects from Coinbase', async () => {
    const rig = await running()
    await rig.page.preloadModule.ipcRenderer.invoke(desktopChannels.setup, 'coinbase')
    await until(() => rig.engines[1]?.config !== null, 'the next engine')
    expect(await readdir(rig.folder)).toEqual(['settings.toml'])
    expect(rig.engine.config?.settings.venues['coinbase']?.instruments).toContain('BTC-USD')
    expect(rig.engine.config?.dataDir).toBe(rig.folder)
  })
})

describe('Desktop close', () => {
  test('ends engine and simulator, hides the window, takes the icon away and closes the log', async () => {
    const rig = await running('--demo')
    await rig.desktop.close()
    expect(rig.living).toEqual([])
    expect(rig.engine.heard).toEqual(['start', 'stop'])
    expect(rig.window.isShown).toBe(false)
    expect(rig.tray.isDestroyed).toBe(true)
    expect(rig.electron.storageFlushes).toBe(1)
    expect(rig.log.isClosed).toBe(true)
    expect(rig.clock.pendingTimers).toBe(0)
  })

  test('ends an engine that does not end when asked', async () => {
    const rig = await running()
    rig.engine.child.isHanging = true
    const closing = rig.desktop.close()
    await until(() => rig.engine.heard.includes('stop'), 'the engine was asked')
    rig.clock.advance(supervisorLimits.stopMs)
    await closing
    expect(rig.endedPids).toHaveLength(1)
    expect(rig.living).toEqual([])
  })

  test('is over after four seconds, whatever hangs', async () => {
    const rig = await running()
    rig.engine.child.isHanging = true
    rig.canEndProcesses = false
    const closing = rig.desktop.close()
    await until(() => rig.engine.heard.includes('stop'), 'the engine was asked')
    rig.clock.advance(4_000)
    await closing
    expect(rig.living).toHaveLength(1)
  })

  test('while the simulator starts leaves no process and starts no engine', async () => {
    const rig = await DesktopRig.open(['--demo'])
    rig.muteSimulators = true
    const started = rig.desktop.run()
    await until(() => rig.simulators.length === 1, 'the simulator starts')
    await rig.desktop.close()
    rig.simulatorsSpeak()
    await started
    await until(() => rig.living.length === 0, 'nothing is left')
    expect(rig.engines).toEqual([])
  })
})
