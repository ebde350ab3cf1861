import { hostMessageSchema, type EngineConfig } from '../../src/contracts/engine-protocol.ts'
import { StatePublisher } from '../../src/contracts/state-publisher.ts'
import type { ClientMessage, MessageLink, ServerMessage } from '../../src/contracts/state-stream.ts'
import { utilityChannel } from '../../src/engine/parent-channel.ts'
import type { ChildStandIn } from './electron-child.ts'
import { aHealthRow, aRunRow } from './rows.ts'

/** `serve`: runs and ends as asked. `refuse`: cannot run. `mute`: never becomes ready. */
export type EngineManner = 'serve' | 'refuse' | 'mute'

/**
 * What runs in a forked child instead of the engine: its real channel and its real state stream, with
 * one run and its health in it. It beats when told.
 */
export class ScriptedEngine {
  readonly child: ChildStandIn
  readonly publisher = new StatePublisher({
    query: () => Promise.resolve({ code: 'unavailable', message: 'scripted' }),
    retry: () => undefined,
    watched: () => undefined
  })
  readonly heard: string[] = []
  /** What windows wanted, one for each port. */
  readonly purposes: string[] = []
  config: EngineConfig | null = null
  readonly #channel: ReturnType<typeof utilityChannel>
  readonly #manner: EngineManner
  #deliver: (message: ClientMessage) => void = () => undefined

  constructor(child: ChildStandIn, manner: EngineManner) {
    this.child = child
    this.#manner = manner
    this.#channel = utilityChannel({
      postMessage: (message) => child.say(message),
      on: (event, listener) => void child.parentPort.on(event, listener)
    })
    this.#channel.onPort((link, purpose) => {
      this.purposes.push(purpose)
      this.publisher.attach(link)
    })
    this.#channel.onMessage((message) => this.#receive(message))
  }

  beat(): void {
    this.#channel.send({ channel: 'control', kind: 'beat', memoryMb: 120, heapMb: 40 })
  }

  #receive(raw: unknown): void {
    const message = hostMessageSchema.parse(raw)
    if (message.channel === 'deck') return
    if (message.channel === 'stream') {
      this.#deliver(message.message as ClientMessage)
      return
    }
    this.heard.push(message.kind)
    if (message.kind === 'start') this.#start(message.config)
    if (message.kind === 'stop') {
      this.#channel.send({ channel: 'control', kind: 'stopped' })
      if (!this.child.isHanging) this.child.exit(0)
    }
  }

  #start(config: EngineConfig): void {
    this.config = config
    if (this.#manner === 'refuse') {
      const message = 'the database is newer than this program'
      const fatal = { code: 'newer-schema', message, retry: false, exitCode: 78 } as const
      this.#channel.send({ channel: 'control', kind: 'fatal', ...fatal })
      this.child.exit(78)
      return
    }
    this.publisher.attach(this.#hostLink())
    this.publisher.put('run', aRunRow({ mode: config.mode }))
    this.setLive(21)
    if (this.#manner === 'serve') {
      this.#channel.send({ channel: 'control', kind: 'ready', pid: this.child.pid ?? 0 })
    }
  }

  /** So many of 22 connections are live now. */
  setLive(live: number, messagesPerSecond = 1_498): void {
    const mode = this.config?.mode ?? 'live'
    const connections = { live, total: 22 }
    this.publisher.put('health', aHealthRow({ mode, connections, messagesPerSecond }))
  }

  #hostLink(): MessageLink<ServerMessage, ClientMessage> {
    return {
      send: (message) => this.#channel.send({ channel: 'stream', message }),
      onMessage: (listener) => {
        this.#deliver = listener
      },
      onClose: () => undefined,
      close: () => undefined
    }
  }
}
