import type { BrowserWindow, IpcMainEvent, IpcMainInvokeEvent } from 'electron'
import {
  desktopChannels,
  portNonceSchema,
  setupChoiceSchema,
  type SetupAnswer,
  type SetupChoice
} from '../contracts/desktop-bridge.ts'
import { appOrigin } from './app-protocol.ts'
import type { ElectronModule } from './electron-module.ts'
import type { UtilityEngine } from './utility-engine.ts'

/** What the window may ask of the main process. */
export type WindowRequests = {
  readonly engine: () => UtilityEngine | null
  readonly setup: (choice: SetupChoice) => Promise<SetupAnswer>
}

/**
 * Answers the window: a port straight to the engine under the window's nonce, and first-run choices.
 * Each request is checked for its sender and its content; anything else is ignored.
 */
export function answerWindow(
  electron: Pick<ElectronModule, 'ipcMain' | 'MessageChannelMain'>,
  window: BrowserWindow,
  requests: WindowRequests
): void {
  electron.ipcMain.on(desktopChannels.requestPort, (event, nonce: unknown) => {
    const engine = requests.engine()
    const parsed = portNonceSchema.safeParse(nonce)
    if (!isOurs(event, window) || !parsed.success || engine === null) return
    const { port1, port2 } = new electron.MessageChannelMain()
    engine.attach(port1)
    window.webContents.postMessage(desktopChannels.port, parsed.data, [port2])
  })
  electron.ipcMain.handle(desktopChannels.setup, (event, choice: unknown): Promise<SetupAnswer> => {
    const parsed = setupChoiceSchema.safeParse(choice)
    if (!isOurs(event, window) || !parsed.success) {
      return Promise.resolve({ accepted: false, message: 'This request is not served.' })
    }
    return requests.setup(parsed.data)
  })
}

function isOurs(event: IpcMainEvent | IpcMainInvokeEvent, window: BrowserWindow): boolean {
  const frame = event.senderFrame
  return (
    event.sender === window.webContents &&
    frame !== null &&
    frame.parent === null &&
    frame.url.startsWith(`${appOrigin}/`)
  )
}
