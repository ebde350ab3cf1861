import { beforeAll, describe, expect, test } from 'vitest'
import { desktopChannels, type DesktopBridge } from '../../src/contracts/desktop-bridge.ts'
import type { ElectronModule, WindowMessage } from '../../src/main/electron-module.ts'
import { builtPreload, runPreload } from '../support/built-preload.ts'
import { PageStandIn } from '../support/electron-page.ts'
import { ElectronStandIn } from '../support/electron-stand-in.ts'
import { until } from '../support/until.ts'

type Sent = { readonly channel: string; readonly values: readonly unknown[] }

let source = ''
beforeAll(async () => {
  source = await builtPreload()
})

function aPage() {
  const sent: Sent[] = []
  const page = new PageStandIn(
    'app://tapedeck/index.html',
    {},
    {
      send: (...[, channel, values]: [WindowMessage, string, readonly unknown[]]) =>
        void sent.push({ channel, values }),
      invoke: (...[, channel, values]) => {
        sent.push({ channel, values })
        return Promise.resolve({ accepted: true, message: null })
      }
    }
  )
  runPreload(source, page)
  return { page, sent, bridge: page.exposed.get('tapedeck') as DesktopBridge }
}

describe('preload', () => {
  test('exposes the two functions of the contract and nothing of Electron', () => {
    const { page, bridge } = aPage()
    expect([...page.exposed.keys()]).toEqual(['tapedeck'])
    expect(Object.keys(bridge).sort()).toEqual(['requestPort', 'setup'])
  })

  test('asks for a port and for a setup on the channels of the contract', async () => {
    const { bridge, sent } = aPage()
    bridge.requestPort('a-nonce')
    bridge.requestPort('another', 'deck')
    await bridge.setup('simulated')
    expect(sent).toEqual([
      { channel: desktopChannels.requestPort, values: ['a-nonce', 'state'] },
      { channel: desktopChannels.requestPort, values: ['another', 'deck'] },
      { channel: desktopChannels.setup, values: ['simulated'] }
    ])
  })

  test('hands a port on to its own page under the nonce it came with', async () => {
    const { page } = aPage()
    const arrived: unknown[] = []
    page.window.addEventListener('message', (event) => arrived.push(event))
    const electron: ElectronModule = new ElectronStandIn()
    const { port1, port2 } = new electron.MessageChannelMain()
    page.frame.postMessage(desktopChannels.port, 'a-nonce', [port2])
    await until(() => arrived.length === 1, 'the page has the port')
    expect(arrived).toMatchObject([{ data: { type: 'tapedeck-port', nonce: 'a-nonce' } }])
    expect(arrived[0]).toHaveProperty('ports.length', 1)
    port1.close()
  })
})
