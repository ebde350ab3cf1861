import { join } from 'node:path'
import { setEnvironmentData } from 'node:worker_threads'
import { blockedEngineFile, reportsFolder } from '../contracts/blocked-engine.ts'
import { hostMessageSchema, type LogLevel } from '../contracts/engine-protocol.ts'
import type { ClientLimits } from '../contracts/state-publisher.ts'
import {
  maxRelayedSeries,
  type ClientMessage,
  type MessageLink,
  type ServerMessage
} from '../contracts/state-stream.ts'
import type { LogFields } from './collector/log.ts'
import { Engine } from './engine.ts'
import { HandlerClock } from './health/handler-clock.ts'
import { EngineFailure, failureOf } from './engine-failure.ts'
import { openFatalReports } from './fatal-reports.ts'
import { deckClientOf, HostDecks } from './host-decks.ts'
import { watchdogKey, type WatchdogSetup } from './health/watchdog.ts'
import { readBeat } from './process-beat.ts'
import { openParentChannel } from './parent-channel.ts'
import { threadFiles } from './thread-files.ts'

const beatMs = 1_000
const hostPid = process.ppid
/** The host asks for all its clients: one that asks for much must not stand in the others' way. */
const hostLimits: ClientLimits = { maxOpenQueries: 256, maxWatchedSeries: maxRelayedSeries }

/** The engine's process: takes commands from its host, and ends with it. */
const channel = openParentChannel()
const handlers = new HandlerClock({
  slow: (slow) => {
    log('warn', 'handler-slow', { ...slow, worstMs: Math.round(slow.worstMs) })
  },
  overran: (handler, subject, tookMs) => {
    log('error', 'handler-overran', { handler, subject, tookMs: Math.round(tookMs) })
  }
})
let engine: Engine | null = null
let isStopping = false
let isFailing = false
let deliver: (message: unknown) => void = () => undefined
let beat: NodeJS.Timeout | null = null
let closeReports: () => void = () => undefined

const hostDecks = new HostDecks(
  (message) => channel.send(message),
  (client) => {
    if (engine === null) client.end('the engine is starting')
    else engine.attachDeck(client)
  }
)

const hostLink: MessageLink<ServerMessage, ClientMessage> = {
  send: (message) => channel.send({ channel: 'stream', message }),
  onMessage: (listener) => {
    deliver = listener as (message: unknown) => void
  },
  onClose: () => undefined,
  close: () => undefined
}

channel.onMessage((raw) => handlers.run('hear the host', () => hear(raw)))
channel.onPort((link, purpose) => {
  if (purpose === 'deck') engine?.attachDeck(deckClientOf(link))
  else engine?.attach(link)
})
channel.onGone(() => void stop())

// The host decides when to end; a terminal's interrupt reaches the whole group.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => void stop())
process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)

function hear(raw: unknown): void {
  if (isStreamMessage(raw)) {
    deliver(raw.message)
    return
  }
  const message = hostMessageSchema.safeParse(raw)
  if (!message.success) {
    const reason = message.error.issues[0]?.message ?? 'not a message'
    fail(new EngineFailure('bad-command', `a command of the host cannot be read: ${reason}`, 1))
    return
  }
  if (message.data.channel === 'stream') {
    deliver(message.data.message)
    return
  }
  if (message.data.channel === 'deck') {
    hostDecks.hear(message.data)
    return
  }
  switch (message.data.kind) {
    case 'start':
      start(message.data.config)
      return
    case 'stop':
      void stop()
      return
    case 'resumed':
      engine?.resumed()
      return
    case 'provoke':
      engine?.provoke(message.data.fault)
  }
}

/** Thirty a second: the stream's own end checks what is inside, so the envelope is only looked at. */
function isStreamMessage(raw: unknown): raw is { readonly message: unknown } {
  if (typeof raw !== 'object' || raw === null || !('channel' in raw)) return false
  return raw.channel === 'stream' && 'message' in raw
}

function log(level: LogLevel, event: string, fields: LogFields): void {
  channel.send({ channel: 'control', kind: 'log', level, event, fields })
}

function start(config: ConstructorParameters<typeof Engine>[0]['config']): void {
  const started = new Engine({
    config,
    version: '0.1.0',
    threads: threadFiles(import.meta.url),
    log,
    handlers,
    failed: fail
  })
  engine = started
  beWatched(config.dataDir)
  beat = setInterval(() => handlers.run('beat', () => channel.send(readBeat())), beatMs)
  started.attach(hostLink, hostLimits)
  started.start().then(() => {
    closeReports = openFatalReports(config.dataDir)
    channel.send({ channel: 'control', kind: 'ready', pid: process.pid })
  }, fail)
}

/** The writer's thread, which has a moment each second, looks whether this one stands still. */
function beWatched(dataFolder: string): void {
  const file = join(dataFolder, reportsFolder, blockedEngineFile)
  const { buffer: memory } = handlers.memory
  const setup: WatchdogSetup = { memory, file, pid: process.pid, hostPid }
  setEnvironmentData(watchdogKey, setup)
}

async function stop(): Promise<void> {
  if (isStopping) return
  isStopping = true
  if (beat !== null) clearInterval(beat)
  await engine?.stop()
  closeReports()
  channel.send({ channel: 'control', kind: 'stopped' })
  setImmediate(() => process.exit(0))
}

function fail(error: unknown): void {
  if (isFailing) return
  isFailing = true
  void end(failureOf(error))
}

/** Commits what is safe before it says why it ends; what fails on the way changes nothing about that. */
async function end({ code, message, retry, exitCode }: EngineFailure): Promise<void> {
  await engine?.save().catch(() => undefined)
  channel.send({ channel: 'control', kind: 'fatal', code, message, retry, exitCode })
  // The message must be on its way before the process ends.
  setTimeout(() => process.exit(exitCode), 50)
}
