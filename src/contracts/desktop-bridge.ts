import { z } from 'zod'

/** What a newcomer may start with. */
export const setupChoiceSchema = z.enum(['coinbase', 'simulated', 'settings-file'])
export type SetupChoice = z.infer<typeof setupChoiceSchema>

/** The window's own name for one request of a port. */
export const portNonceSchema = z.uuid()

/** What a window wants at the other end of its port: the state of the run, or a deck of its own. */
export const portPurposeSchema = z.enum(['state', 'deck'])
export type PortPurpose = z.infer<typeof portPurposeSchema>

/** What came of a choice; `message` says what to do next, or why it failed; null when there is nothing to say. */
export type SetupAnswer = { readonly accepted: boolean; readonly message: string | null }

/** What the preload exposes as `window.tapedeck` in the desktop app; absent in a browser. */
export interface DesktopBridge {
  /**
   * Asks for a stream port; it arrives as a window message `{type: 'tapedeck-port', nonce}` with one port.
   *
   * @param purpose Left out: `state`.
   */
  requestPort(nonce: string, purpose?: PortPurpose): void
  setup(choice: SetupChoice): Promise<SetupAnswer>
}

/** Names of the messages between preload and main. */
export const desktopChannels = {
  requestPort: 'tapedeck:request-port',
  port: 'tapedeck:port',
  setup: 'tapedeck:setup'
} as const
