import type { OpenLink } from '../stream/stream-client.ts'
import type { DesktopBridge } from './desktop-bridge.ts'
import { portLink } from './port-link.ts'

/**
 * Opens links over ports that the preload hands into the window.
 *
 * Each try asks for a port under a fresh nonce and takes only the port that comes back with it, from
 * this very window.
 */
export function windowPortLinks(bridge: DesktopBridge, target: Window): OpenLink {
  return (signal) =>
    new Promise((resolve, reject) => {
      const nonce = crypto.randomUUID()
      const stop = new AbortController()
      signal.addEventListener(
        'abort',
        () => {
          stop.abort()
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
          stop.abort()
          resolve(portLink(port))
        },
        { signal: stop.signal }
      )
      bridge.requestPort(nonce)
    })
}

function isHandOver(data: unknown, nonce: string): boolean {
  if (typeof data !== 'object' || data === null) return false
  return 'type' in data && data.type === 'tapedeck-port' && 'nonce' in data && data.nonce === nonce
}
