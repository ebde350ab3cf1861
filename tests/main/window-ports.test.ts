import { beforeAll, describe, expect, test } from 'vitest'
import { desktopChannels, type DesktopBridge } from '../../src/contracts/desktop-bridge.ts'
import type { ClientMessage, MessageLink, ServerMessage } from '../../src/contracts/state-stream.ts'
import { StreamReceiver } from '../../src/contracts/stream-receiver.ts'
import { windowPortLinks } from '../../src/renderer/link/window-port.ts'
import { builtPreload, runPreload } from '../support/built-preload.ts'
import { DesktopRig } from '../support/desktop-rig.ts'
import { FrameStandIn } from '../support/electron-page.ts'
import { until } from '../support/until.ts'

const nonce = '2f1d5b1e-3c54-4c5f-9a53-6f2c6c0f8a11'

let preload = ''
beforeAll(async () => {
  preload = await builtPreload()
})

async function running(): Promise<DesktopRig> {
  const rig = await DesktopRig.open()
  await rig.desktop.run()
  await until(() => rig.engine.config !== null, 'the engine runs')
  return rig
}

/** What the page's own script does: the renderer's link over the preload's bridge. */
function openLink(rig: DesktopRig): Promise<MessageLink<ClientMessage, ServerMessage>> {
  const { page } = rig
  runPreload(preload, page)
  const bridge = page.exposed.get('tapedeck') as DesktopBridge
  return windowPortLinks(bridge, page.window as EventTarget as Window)(new AbortController().signal)
}

/** Says hello over the link, as the page does. */
function follow(link: MessageLink<ClientMessage, ServerMessage>) {
  const seen = { snapshots: 0, lost: false, problems: [] as readonly string[] }
  new StreamReceiver(link, {
    snapshot: ({ tables }) => {
      seen.snapshots += 1
      seen.problems = tables.health[0]?.problems ?? []
    },
    delta: () => undefined,
    lost: () => {
      seen.lost = true
    },
    refused: () => undefined
  })
  return seen
}

async function snapshotOver(rig: DesktopRig) {
  const seen = follow(await openLink(rig))
  await until(() => {
    rig.engine.publisher.flush()
    return seen.snapshots === 1
  }, 'the page has a snapshot')
  return seen
}

async function untilHostKnowsHealth(rig: DesktopRig): Promise<void> {
  await until(() => {
    rig.engine.publisher.flush()
    return rig.tray.toolTip.includes('live') || (rig.clock.advance(1_000), rig.engine.beat(), false)
  }, 'the host has the health')
}

/** The host's own link and this many windows. */
const windows = (count: number) => 1 + count

describe('answerWindow', () => {
  test('gives the page a port straight to the engine', async () => {
    const rig = await running()
    await snapshotOver(rig)
    expect(rig.engine.publisher.clientCount).toBe(windows(1))
  })

  test('hands over a new port at each reload and leaves none of the old ones open', async () => {
    const rig = await running()
    for (let reload = 0; reload < 50; reload += 1) {
      await snapshotOver(rig)
      rig.window.webContents.reload()
    }
    await snapshotOver(rig)
    await until(
      () => rig.engine.publisher.clientCount === windows(1),
      'one window is left at the engine'
    )
    expect(rig.window.webContents.loads).toBe(51)
  })

  test('hands over a port to the new engine when the old one is gone', async () => {
    const rig = await running()
    await snapshotOver(rig)
    rig.engine.child.crash('oom', 5)
    rig.clock.advance(100)
    rig.clock.advance(500)
    await until(() => rig.engines.length === 2 && rig.engine.config !== null, 'a second engine')
    await snapshotOver(rig)
    expect(rig.engine.publisher.clientCount).toBe(windows(1))
  })

  test('serves the page itself while no engine runs, and says why none does', async () => {
    const rig = await running()
    await untilHostKnowsHealth(rig)
    rig.engine.child.crash('oom', 5)
    const seen = follow(await openLink(rig))
    await until(() => seen.problems.length > 0, 'the page is told')
    expect(seen.problems).toEqual(['The engine ended (out of memory); starting again in 0.5 s'])
    rig.clock.advance(500)
    await until(() => seen.lost, 'the page is let go')
    await until(() => rig.engines.length === 2 && rig.engine.config !== null, 'a second engine')
    await snapshotOver(rig)
    expect(rig.engine.publisher.clientCount).toBe(windows(1))
  })

  test('asks the engine for a deck where the page wants one, and never the host', async () => {
    const rig = await running()
    const { ipcRenderer } = rig.page.preloadModule
    ipcRenderer.send(desktopChannels.requestPort, nonce, 'deck')
    await until(() => rig.engine.purposes.length === 1, 'the port to arrive')
    expect(rig.engine.purposes).toEqual(['deck'])
    rig.engine.child.crash('oom', 5)
    ipcRenderer.send(desktopChannels.requestPort, nonce, 'deck')
    expect(rig.page.frame.ports).toHaveLength(1)
    ipcRenderer.send(desktopChannels.requestPort, nonce, 'state')
    expect(rig.page.frame.ports).toHaveLength(2)
  })

  test.each(['', 'live', 7, { purpose: 'deck' }])(
    'hands over nothing for the purpose %j',
    async (purpose) => {
      const rig = await running()
      rig.page.preloadModule.ipcRenderer.send(desktopChannels.requestPort, nonce, purpose)
      expect(rig.page.frame.ports).toHaveLength(0)
    }
  )

  test('hands over nothing before there is an engine', async () => {
    const rig = await DesktopRig.open()
    rig.page.preloadModule.ipcRenderer.send(desktopChannels.requestPort, nonce)
    expect(rig.page.frame.ports).toHaveLength(0)
  })

  test('serves a good request of the top frame of our own page', async () => {
    const rig = await running()
    rig.page.preloadModule.ipcRenderer.send(desktopChannels.requestPort, nonce)
    expect(rig.page.frame.ports).toHaveLength(1)
  })

  test.each([
    ['no nonce', undefined],
    ['an empty nonce', ''],
    ['a word for a nonce', 'nonce'],
    ['an object for a nonce', { nonce }],
    ['a number for a nonce', 7],
    ['a list for a nonce', [nonce]]
  ])('hands over nothing for %s', async (...[, value]) => {
    const rig = await running()
    rig.page.preloadModule.ipcRenderer.send(desktopChannels.requestPort, value)
    expect(rig.page.frame.ports).toHaveLength(0)
  })

  test.each([
    ['a page from elsewhere', 'https://tapedeck.example/index.html', false],
    ['a page whose address begins like ours', 'app://tapedeck.example/index.html', false],
    ['a frame inside our page', 'app://tapedeck/index.html', true]
  ])('hands over nothing to %s', async (...[, url, isInside]) => {
    const rig = await running()
    const frame = new FrameStandIn(url, isInside ? rig.page.frame : null)
    const event = { sender: rig.window.webContents, senderFrame: frame }
    rig.electron.send(event, desktopChannels.requestPort, [nonce])
    expect(frame.ports).toHaveLength(0)
    expect(await rig.electron.invoke(event, desktopChannels.setup, ['coinbase'])).toEqual({
      accepted: false,
      message: 'This request is not served.'
    })
  })

  test('hands over nothing to other contents, nor to a frame that is gone', async () => {
    const rig = await running()
    const { frame } = rig.page
    rig.electron.send({ sender: {}, senderFrame: frame }, desktopChannels.requestPort, [nonce])
    const sender = rig.window.webContents
    rig.electron.send({ sender, senderFrame: null }, desktopChannels.requestPort, [nonce])
    frame.detached = true
    rig.electron.send({ sender, senderFrame: frame }, desktopChannels.requestPort, [nonce])
    expect(frame.ports).toHaveLength(0)
    expect(rig.engine.publisher.clientCount).toBe(windows(0))
  })

  test.each(['kraken', '', null, { choice: 'simulated' }])(
    'refuses the first-run choice %j',
    async (choice) => {
      const rig = await running()
      const answer: unknown = await rig.page.preloadModule.ipcRenderer.invoke(
        desktopChannels.setup,
        choice
      )
      expect(answer).toEqual({ accepted: false, message: 'This request is not served.' })
      expect(rig.engines).toHaveLength(1)
    }
  )
})
