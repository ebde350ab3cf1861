import type { SetupAnswer, SetupChoice } from '../host-actions.ts'

/** What the preload exposes as `window.tapedeck` in the desktop app; absent in a browser. */
export interface DesktopBridge {
  /** Asks for a stream port; it arrives as a window message `{type: 'tapedeck-port', nonce}` with one port. */
  requestPort(nonce: string): void
  setup(choice: SetupChoice): Promise<SetupAnswer>
}

declare global {
  interface Window {
    readonly tapedeck?: DesktopBridge
  }
}
