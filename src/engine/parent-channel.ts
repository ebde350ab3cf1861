import type { PortPurpose } from '../contracts/desktop-bridge.ts'
import type { EngineMessage } from '../contracts/engine-protocol.ts'
import type { MessageLink, ServerMessage } from '../contracts/state-stream.ts'

/** A port handed over by Electron's main process: one window's end of the state stream. */
type HandedPort = {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void
  on(event: 'close', listener: () => void): void
  start(): void
  close(): void
}

/** Electron's `process.parentPort`, https://www.electronjs.org/docs/latest/api/parent-port, read 2026-11-22. */
export type UtilityParentPort = {
  postMessage(message: unknown): void
  on(
    event: 'message',
    listener: (event: { readonly data: unknown; readonly ports: readonly HandedPort[] }) => void
  ): void
}

/** Takes a window's end of a channel, and what the window wants at the other one. */
export type PortListener = (link: MessageLink<ServerMessage, unknown>, purpose: PortPurpose) => void

/** The engine's way to the host that started it, however it was started. */
export type ParentChannel = {
  send(message: EngineMessage): void
  onMessage(listener: (message: unknown) => void): void
  onPort(listener: PortListener): void
  /** The host is gone: nobody can stop this process any more. */
  onGone(listener: () => void): void
}

/** How often is looked whether the host is still the parent: a channel may outlive a host that was killed. */
const lookMs = 1_000

/** @throws Error when the process was started by hand: it has nobody to serve. */
export function openParentChannel(): ParentChannel {
  const { parentPort } = process as { readonly parentPort?: UtilityParentPort }
  if (parentPort !== undefined) return utilityChannel(parentPort)
  if (process.send === undefined) {
    throw new Error('the engine is started by a host (npm start, tapedeck serve), not by hand')
  }
  return forkChannel(process.send.bind(process))
}

/** Calls back once the process has another parent than now: its own is gone. Where systems do not tell, never. */
export function watchParent(gone: () => void, parentPid: () => number = () => process.ppid): void {
  const firstPid = parentPid()
  const timer = setInterval(() => {
    if (parentPid() === firstPid) return
    clearInterval(timer)
    gone()
  }, lookMs)
  timer.unref()
}

/** The channel of a process that Electron's main process started. */
export function utilityChannel(parent: UtilityParentPort): ParentChannel {
  let onPort: PortListener = () => undefined
  let onMessage: (message: unknown) => void = () => undefined
  parent.on('message', ({ data, ports }) => {
    const [port] = ports
    if (port === undefined) onMessage(data)
    else onPort(portLink(port), purposeOf(data))
  })
  return {
    send: (message) => parent.postMessage(message),
    onMessage: (listener) => {
      onMessage = listener
    },
    onPort: (listener) => {
      onPort = listener
    },
    // A utility process is ended by Electron together with its parent, unless that was killed.
    onGone: (listener) => watchParent(listener)
  }
}

function forkChannel(send: NonNullable<typeof process.send>): ParentChannel {
  return {
    send: (message) => {
      if (process.connected) send(message, undefined, undefined, () => undefined)
    },
    onMessage: (listener) => void process.on('message', listener),
    onPort: () => undefined,
    onGone: (listener) => {
      process.once('disconnect', listener)
      watchParent(listener)
    }
  }
}

function purposeOf(data: unknown): PortPurpose {
  const told = typeof data === 'object' && data !== null && 'purpose' in data ? data.purpose : null
  return told === 'deck' ? 'deck' : 'state'
}

function portLink(port: HandedPort): MessageLink<ServerMessage, unknown> {
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => {
      port.on('message', ({ data }) => listener(data))
      port.start()
    },
    onClose: (listener) => port.on('close', listener),
    close: () => port.close()
  }
}
