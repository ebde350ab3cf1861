import type { MessagePort } from 'node:worker_threads'
import type { Settings } from '../contracts/settings.ts'
import { StatePublisher } from '../contracts/state-publisher.ts'
import { Deck } from './deck.ts'
import { MarketClocks, roundTheClock } from './market-clocks.ts'

/** Clients get at most 30 frames a second. */
const frameMs = 34

/** What a deck's thread is started with: plain data. */
export type DeckSetup = {
  readonly dataDir: string
  readonly settings: Settings
  /** Market calendars are ignored. */
  readonly skipMarketHours: boolean
}

/** Runs a deck behind a port, whose other end is its one client's, until the thread ends. */
export function serveDeck(port: MessagePort, setup: DeckSetup): void {
  const publisher: StatePublisher = new StatePublisher({
    query: (query) => deck.answer(query),
    retry: () => undefined,
    deck: (command) => {
      deck.command(command)
      turns.wake()
    },
    watched: (series) => {
      deck.watch(series)
      turns.wake()
    }
  })
  const { dataDir, settings, skipMarketHours } = setup
  const markets = skipMarketHours ? roundTheClock : new MarketClocks(settings)
  const deck: Deck = new Deck({
    dataDir,
    closedOf: (instrument, range) => markets.closedBetween(instrument, range),
    publisher,
    nowMs: () => performance.now()
  })
  const turns = new Turns(() => deck.turn())
  const nowMs = Date.now()
  publisher.put('run', {
    id: 'run',
    mode: 'replay',
    startedMs: nowMs,
    clock: { runMs: nowMs, wallMs: nowMs, speed: 0 },
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    intervals: settings.intervals,
    dataFolder: dataDir,
    diagnostics: [],
    markets: []
  })
  publisher.attach({
    send: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', listener),
    onClose: (listener) => void port.once('close', listener),
    close: () => port.close()
  })
  setInterval(() => {
    if (turns.takeNews()) deck.publish()
    publisher.flush()
  }, frameMs)
}

/** Gives turns as often as they are asked for; messages are heard between two of them. */
class Turns {
  readonly #turn: () => number | null
  #immediate: NodeJS.Immediate | null = null
  #timer: NodeJS.Timeout | null = null
  #hasNews = true

  constructor(turn: () => number | null) {
    this.#turn = turn
  }

  /** There is something to do at once. */
  wake(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#hasNews = true
    this.#immediate ??= setImmediate(() => this.#run())
  }

  /** Whether there was a turn since this was last asked. */
  takeNews(): boolean {
    const hadNews = this.#hasNews
    this.#hasNews = false
    return hadNews
  }

  #run(): void {
    this.#immediate = null
    this.#hasNews = true
    const nextMs = this.#turn()
    if (nextMs === null) return
    if (nextMs === 0) this.#immediate = setImmediate(() => this.#run())
    else this.#timer = setTimeout(() => this.#run(), nextMs)
  }
}
