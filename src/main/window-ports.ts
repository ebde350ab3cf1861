import type { MessagePortMain } from 'electron'
import {
  desktopChannels,
  portNonceSchema,
  portPurposeSchema,
  setupChoiceSchema,
  type SetupAnswer,
  type SetupChoice
} from '../contracts/desktop-bridge.ts'
import { isAppUrl } from './app-protocol.ts'
import type { AppWindow, ElectronModule, WindowFrame, WindowMessage } from './electron-module.ts'
import type { UtilityEngine } from './utility-engine.ts'

/** What the window may ask of the main process. */
export type WindowRequests = {
  /** Null before the first. */
  readonly engine: () => UtilityEngine | null
  /** Serves a window while no engine does. */
  readonly serve: (port: MessagePortMain) => void
  readonly setup: (choice: SetupChoice) => Promise<SetupAnswer>
}

/**
 * Answers the window: a port straight to the engine (while none runs, to the host, which has no deck) under the window's nonce,
 * and first-run choices.
 * Each request is checked for its sender and its content; anything else is ignored. Every request
 * gets a channel of its own, so that a reload and a restart of the engine are one case.
 */
export function answerWindow(
  electron: Pick<ElectronModule, 'ipcMain' | 'MessageChannelMain'>,
  window: AppWindow,
  requests: WindowRequests
): void {
  electron.ipcMain.on(desktopChannels.requestPort, (event, value, wanted = 'state') => {
    const frame = ownFrame(event, window)
    const nonce = portNonceSchema.safeParse(value)
    const purpose = portPurposeSchema.safeParse(wanted)
    const engine = requests.engine()
    if (frame === null || !nonce.success || !purpose.success || engine === null) return
    // The host has no deck: the window asks again until an engine runs.
    if (engine.hasEnded() && purpose.data === 'deck') return
    const { port1, port2 } = new electron.MessageChannelMain()
    if (engine.hasEnded()) requests.serve(port1)
    else engine.attach(port1, purpose.data)
    frame.postMessage(desktopChannels.port, nonce.data, [port2])
  })
  electron.ipcMain.handle(desktopChannels.setup, async (event, value): Promise<SetupAnswer> => {
    const choice = setupChoiceSchema.safeParse(value)
    if (ownFrame(event, window) === null || !choice.success) {
      return { accepted: false, message: 'This request is not served.' }
    }
    return requests.setup(choice.data)
  })
}

/** The sender, where it is the top frame of our window and shows our page. */
function ownFrame({ sender, senderFrame }: WindowMessage, window: AppWindow): WindowFrame | null {
  if (window.isDestroyed() || sender !== window.webContents) return null
  if (senderFrame === null || senderFrame.detached || senderFrame.parent !== null) return null
  return isAppUrl(senderFrame.url) ? senderFrame : null
}
