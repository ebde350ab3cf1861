import type { MessagePortMain } from 'electron'
import type { PortPurpose } from '../contracts/desktop-bridge.ts'
import type { EngineMessage } from '../contracts/engine-protocol.ts'
import { engineHeapFlags, engineMemoryEnvironment } from '../service/engine-memory.ts'
import type { EngineProcess } from '../service/engine-process.ts'
import { UtilityChild, type UtilityHost } from './utility-child.ts'

/** An engine in Electron's utility process, which can be handed ports of windows. */
export interface UtilityEngine extends EngineProcess {
  readonly hasEnded: () => boolean
  /** Gives a window's end of a channel to the engine. */
  attach(port: MessagePortMain, purpose: PortPurpose): void
}

/** What to start: `name` is of this process alone. */
export type EngineStart = { readonly entry: string; readonly name: string }

/** Starts an engine as a utility process. Call after the app is ready. */
export function launchUtilityEngine(host: UtilityHost, start: EngineStart): UtilityEngine {
  const environment = { ...host.environment, ...engineMemoryEnvironment }
  const child = new UtilityChild(
    { ...host, environment },
    {
      ...start,
      execArgv: [`--js-flags=${engineHeapFlags().join(' ')}`]
    }
  )
  return {
    get pid() {
      return child.pid
    },
    hasEnded: () => child.hasEnded,
    send: (message) => child.post(message),
    onMessage: (listener) => child.onMessage((message) => listener(message as EngineMessage)),
    onExit: (listener) => child.onEnd(listener),
    kill: () => child.kill(),
    attach: (port, purpose) => child.post({ channel: 'port', purpose }, [port])
  }
}
