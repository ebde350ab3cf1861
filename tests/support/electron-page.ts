import type { ContextBridge, IpcRenderer, IpcRendererEvent, MessagePortMain } from 'electron'
import type { WindowFrame, WindowMessage } from '../../src/main/electron-module.ts'
import { handOnAll } from './electron-ports.ts'

/** How a page reaches the main process. */
export type PageRoute = {
  readonly send: (event: WindowMessage, channel: string, values: readonly unknown[]) => void
  readonly invoke: (
    event: WindowMessage,
    channel: string,
    values: readonly unknown[]
  ) => Promise<unknown>
}

type RendererListener = (event: IpcRendererEvent, ...values: unknown[]) => void

/** What a preload takes from Electron; compared with Electron's own types in `tests/types`. */
export type PreloadModule = {
  readonly contextBridge: Pick<ContextBridge, 'exposeInMainWorld'>
  readonly ipcRenderer: Pick<IpcRenderer, 'send' | 'invoke' | 'on'>
}

/** A frame of a page: ours, or one that found its way in. */
export class FrameStandIn implements WindowFrame {
  readonly url: string
  readonly parent: FrameStandIn | null
  detached = false
  readonly ports: MessagePort[] = []
  readonly listeners = new Map<string, RendererListener>()

  constructor(url: string, parent: FrameStandIn | null) {
    this.url = url
    this.parent = parent
  }

  readonly postMessage = (channel: string, message: unknown, ports: MessagePortMain[] = []) => {
    if (this.detached) throw new Error('Render frame was disposed before it could be accessed')
    const arrived = handOnAll(ports)
    this.ports.push(...arrived)
    const value: unknown = structuredClone(message)
    const event = { ports: arrived, preventDefault: () => undefined, defaultPrevented: false }
    queueMicrotask(() => {
      if (!this.detached) this.listeners.get(channel)?.(event as IpcRendererEvent, value)
    })
  }
}

/** A page's `window`: messages to itself, with ports, after the call has returned. */
export class PageWindow extends EventTarget {
  readonly location: { readonly origin: string }

  constructor(origin: string) {
    super()
    this.location = { origin }
  }

  postMessage(data: unknown, origin: string, ports: readonly MessagePort[]): void {
    if (origin !== this.location.origin) return
    const event = Object.assign(new Event('message'), { data, ports, source: this })
    queueMicrotask(() => this.dispatchEvent(event))
  }
}

/** One loaded document; a reload makes another, and closes what this one held. */
export class PageStandIn {
  readonly frame: FrameStandIn
  readonly window: PageWindow
  /** What the preload exposed, by name. */
  readonly exposed = new Map<string, unknown>()
  readonly #sender: object
  readonly #route: PageRoute

  constructor(url: string, sender: object, route: PageRoute) {
    const { protocol, host } = new URL(url)
    this.frame = new FrameStandIn(url, null)
    this.window = new PageWindow(`${protocol}//${host}`)
    this.#sender = sender
    this.#route = route
  }

  /** The `electron` that this page's preload gets. */
  get preloadModule(): PreloadModule {
    const ipcRenderer: PreloadModule['ipcRenderer'] = {
      send: (channel: string, ...values: unknown[]) =>
        this.#route.send(this.#message(), channel, values),
      invoke: (channel: string, ...values: unknown[]) =>
        this.#route.invoke(this.#message(), channel, values),
      on: (channel: string, listener: RendererListener) => {
        this.frame.listeners.set(channel, listener)
        return ipcRenderer as IpcRenderer
      }
    }
    const exposeInMainWorld = (name: string, api: unknown) => void this.exposed.set(name, api)
    return { contextBridge: { exposeInMainWorld }, ipcRenderer }
  }

  #message(): WindowMessage {
    return { sender: this.#sender, senderFrame: this.frame.detached ? null : this.frame }
  }

  /** The document is gone, and its ports with it. */
  unload(): void {
    this.frame.detached = true
    for (const port of this.frame.ports) port.close()
  }
}
