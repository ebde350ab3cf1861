import { describe, expect, test } from 'vitest'
import { registerAppScheme, serveApp } from '../../src/main/app-protocol.ts'
import { ElectronStandIn } from '../support/electron-stand-in.ts'

function served() {
  const electron = new ElectronStandIn()
  serveApp(
    electron,
    new Map([
      ['/index.html', { body: Buffer.from('<p>desk</p>'), type: 'text/html; charset=utf-8' }],
      ['/assets/index.js', { body: Buffer.from('1'), type: 'text/javascript; charset=utf-8' }]
    ])
  )
  return electron
}

describe('registerAppScheme', () => {
  test('makes app:// an origin of its own, without rights beyond a web page', () => {
    const electron = new ElectronStandIn()
    registerAppScheme(electron)
    expect(electron.schemes).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } }
    ])
  })
})

describe('serveApp', () => {
  test('serves a built file with its type', async () => {
    const response = served().request('app://tapedeck/index.html')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await response.text()).toBe('<p>desk</p>')
  })

  test.each(['app://tapedeck/index.html', 'app://tapedeck/nothing'])(
    'answers %s under a policy without inline or evaluated script',
    (url) => {
      const policy = served().request(url).headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self';")
      expect(policy).not.toContain('unsafe-eval')
      expect(served().request(url).headers.get('x-content-type-options')).toBe('nosniff')
    }
  )

  test.each([
    'app://tapedeck/',
    'app://tapedeck/../index.html/../../etc/passwd',
    'app://tapedeck/%2e%2e/%2e%2e/etc/passwd',
    'app://tapedeck/assets/..%2f..%2fmain/main.js',
    'app://tapedeck/assets\\..\\..\\main.js',
    'app://tapedeck//index.html',
    'app://tapedeck/index.html%00',
    'app://tapedeck/INDEX.HTML',
    'app://tapedeck:81/index.html',
    'app://someone@tapedeck/index.html',
    'app://tapedeck.example/index.html',
    'app://other/index.html',
    'file:///etc/passwd',
    'app:index.html',
    ''
  ])('answers 404 to %j', (url) => {
    expect(served().request(url).status).toBe(404)
  })

  test('answers nothing but GET', () => {
    expect(served().request('app://tapedeck/index.html', 'POST').status).toBe(404)
  })
})
