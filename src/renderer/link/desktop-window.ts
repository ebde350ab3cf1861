import type { DesktopBridge } from '../../contracts/desktop-bridge.ts'

declare global {
  interface Window {
    /** Exposed by the preload in the desktop app; absent in a browser. */
    readonly tapedeck?: DesktopBridge
  }
}

/** The preload's bridge, undefined in a browser. */
export function desktopBridge(): DesktopBridge | undefined {
  return window.tapedeck
}
