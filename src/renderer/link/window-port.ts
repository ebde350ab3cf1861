import type { DesktopBridge, PortPurpose } from '../../contracts/desktop-bridge.ts'
import type { OpenLink } from '../stream/stream-client.ts'
import { portLink } from './port-link.ts'

/** While no engine runs, main hands over nothing: ask again rather than wait. */
const handOverMs = 1_500

/**
 * Opens links over ports that the preload hands into the window.
 *
 * Each try asks for a port under a fresh nonce and takes only the port that comes back with it, from
 * this very window.
 */
export function windowPortLinks(
  bridge: DesktopBridge,
  target: Window,
  purpose: PortPurpose = 'state'
): OpenLink {
  return async (signal) => {
    const nonce = crypto.randomUUID()
    const over = AbortSignal.any([signal, AbortSignal.timeout(handOverMs)])
    const port = portFrom(target, nonce, over)
    bridge.requestPort(nonce, purpose)
    return portLink(await port)
  }
}

function portFrom(target: Window, nonce: string, over: AbortSignal): Promise<MessagePort> {
  const taken = new AbortController()
  return new Promise((resolve, reject) => {
    over.addEventListener(
      'abort',
      () => {
        taken.abort()
        reject(new Error('no port was handed over'))
      },
      { once: true }
    )
    target.addEventListener(
      'message',
      (event: MessageEvent<unknown>) => {
        const port = event.ports[0]
        if (event.source !== target || port === undefined) return
        if (!isHandOver(event.data, nonce)) return
        taken.abort()
        resolve(port)
      },
      { signal: taken.signal }
    )
  })
}

function isHandOver(data: unknown, nonce: string): boolean {
  if (typeof data !== 'object' || data === null) return false
  return 'type' in data && data.type === 'tapedeck-port' && 'nonce' in data && data.nonce === nonce
}
