import type { MessagePortMain } from 'electron'
import type { EngineMessage } from '../contracts/engine-protocol.ts'
import type { EngineProcess } from '../service/engine-process.ts'
import type { ElectronModule } from './electron-module.ts'

/** JavaScript heap an engine may use before it is ended as out of memory. */
const heapMb = 768

/** An engine in Electron's utility process, which can be handed ports of windows. */
export interface UtilityEngine extends EngineProcess {
  /** Gives a window's end of a channel to the engine. */
  attach(port: MessagePortMain): void
}

/**
 * Starts an engine as a utility process. Call after the app is ready.
 *
 * @param entry File that the engine starts from.
 */
export function launchUtilityEngine(
  electron: Pick<ElectronModule, 'utilityProcess'>,
  entry: string,
  environment: Readonly<Record<string, string>>
): UtilityEngine {
  const child = electron.utilityProcess.fork(entry, [], {
    serviceName: 'Tapedeck engine',
    env: { ...environment },
    execArgv: [`--js-flags=--max-old-space-size=${heapMb}`],
    stdio: 'inherit'
  })
  let hasEnded = false
  return {
    pid: child.pid ?? null,
    send: (message) => {
      if (!hasEnded) child.postMessage(message)
    },
    onMessage: (listener) =>
      void child.on('message', (message: EngineMessage) => listener(message)),
    onExit: (listener) =>
      void child.once('exit', (code) => {
        hasEnded = true
        listener({ code, signal: null })
      }),
    kill: () => void child.kill(),
    attach: (port) => {
      if (!hasEnded) child.postMessage({ channel: 'port' }, [port])
    }
  }
}
