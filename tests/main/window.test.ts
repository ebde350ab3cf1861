import { describe, expect, test } from 'vitest'
import { openWindow, showWindow } from '../../src/main/window.ts'
import { denyPermissions } from '../../src/main/permissions.ts'
import { ElectronStandIn } from '../support/electron-stand-in.ts'
import { ListLog } from '../support/list-log.ts'

function opened() {
  const electron = new ElectronStandIn()
  const log = new ListLog()
  let nowMs = 0
  openWindow(electron, {
    preload: '/app/preload.cjs',
    title: 'Tapedeck',
    log,
    nowMs: () => nowMs
  })
  const [window] = electron.windows
  if (window === undefined) throw new Error('no window was opened')
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { electron, log, window, contents: window.webContents, pass }
}

describe('openWindow', () => {
  test('opens a sandboxed, isolated window without Node', () => {
    expect(opened().window.options.webPreferences).toMatchObject({
      preload: '/app/preload.cjs',
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false
    })
  })

  test('shows our own page once there is something to see', () => {
    const { window, contents } = opened()
    expect(window.options.show).toBe(false)
    expect(contents.page?.frame.url).toBe('app://tapedeck/index.html')
    expect(window.isShown).toBe(true)
  })

  test.each(['will-frame-navigate', 'will-redirect', 'will-attach-webview'] as const)(
    'prevents %s',
    (event) => {
      expect(opened().contents.attempt(event)).toBe(false)
    }
  )

  test.each(['https://www.tradingview.com/', 'https://github.com/tapedeck'])(
    'leaves %s to the user’s own browser',
    (url) => {
      const { contents, electron } = opened()
      expect(contents.openWindow(url)).toBe(false)
      expect(electron.openedOutside).toEqual([url])
    }
  )

  test.each([
    'http://www.tradingview.com/',
    'https://www.tradingview.com.evil.example/',
    'https://www.tradingview.com:8443/',
    'https://evil.example/?https://github.com',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'app://tapedeck/index.html',
    'not a url'
  ])('opens %s nowhere', (url) => {
    const { contents, electron } = opened()
    expect(contents.openWindow(url)).toBe(false)
    expect(electron.openedOutside).toEqual([])
  })

  test('loads a crashed page again, three times in five minutes', () => {
    const { contents, log } = opened()
    for (let crash = 0; crash < 5; crash += 1) contents.crash('crashed')
    expect(contents.loads).toBe(1 + 3)
    expect(log.lines).toHaveLength(5)
    expect(log.lines[0]?.fields).toEqual({ reason: 'crashed', exitCode: 5 })
  })

  test('counts crashes anew after five minutes', () => {
    const { contents, pass } = opened()
    for (let crash = 0; crash < 6; crash += 1) {
      contents.crash('oom')
      pass(150_001)
    }
    expect(contents.loads).toBe(1 + 6)
  })

  test('takes a page that ends cleanly for no crash', () => {
    const { contents, log } = opened()
    contents.crash('clean-exit')
    expect(contents.loads).toBe(1)
    expect(log.lines).toEqual([])
  })
})

describe('showWindow', () => {
  test('brings a minimised window to the front', () => {
    const { window } = opened()
    window.minimized = true
    window.hide()
    showWindow(window)
    expect([window.minimized, window.isShown, window.isFocused]).toEqual([false, true, true])
  })

  test('loads a page that had crashed too often', () => {
    const { contents, window } = opened()
    for (let crash = 0; crash < 4; crash += 1) contents.crash('crashed')
    expect(contents.isCrashed()).toBe(true)
    showWindow(window)
    expect(contents.isCrashed()).toBe(false)
  })

  test('leaves a window that is gone alone', () => {
    const { window } = opened()
    window.destroy()
    showWindow(window)
    expect(window.isFocused).toBe(false)
  })
})

describe('denyPermissions', () => {
  test('refuses what a page asks for, looks for, or would store', () => {
    const electron = new ElectronStandIn()
    expect(electron.checkPermission()).toBe(true)
    denyPermissions(electron)
    for (const permission of ['media', 'notifications', 'openExternal', 'clipboard-read']) {
      expect(electron.requestPermission(permission)).toBe(false)
    }
    expect(electron.checkPermission()).toBe(false)
    let isPrevented = false
    electron.sessionEvents.emit('will-download', { preventDefault: () => (isPrevented = true) })
    expect(isPrevented).toBe(true)
  })
})
