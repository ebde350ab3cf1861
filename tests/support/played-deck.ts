import { onTestFinished } from 'vitest'
import type { DeckCommand, DeckRow } from '../../src/contracts/deck.ts'
import { StatePublisher } from '../../src/contracts/state-publisher.ts'
import { tableNames } from '../../src/contracts/state-rows.ts'
import type { Query, Series } from '../../src/contracts/state-stream.ts'
import { Deck } from '../../src/engine/deck.ts'
import { aRunRow } from './rows.ts'

/** Turns that a deck gets at most before it is said to hang. */
const mostTurns = 100_000

/** A deck on a stored stretch, whose turns and clock the test gives. It takes a day up at every seventh trade. */
export class PlayedDeck {
  readonly publisher: StatePublisher
  readonly deck: Deck
  nowMs = 0

  /** @param tradesPerCheckpoint Infinity: each day is played from its begin. */
  constructor(dataDir: string, tradesPerCheckpoint = 7) {
    this.publisher = new StatePublisher({
      query: (query) => this.deck.answer(query),
      retry: () => undefined
    })
    this.deck = new Deck({
      dataDir,
      tradesPerCheckpoint,
      closedOf: () => [],
      publisher: this.publisher,
      nowMs: () => this.nowMs
    })
    this.publisher.put('run', aRunRow({ mode: 'replay' }))
    onTestFinished(() => {
      this.deck.close()
    })
  }

  get row(): DeckRow {
    this.deck.publish()
    const row = this.publisher.find('deck', 'deck')
    if (row === null) throw new Error('expected the row of the deck')
    return row
  }

  watch(...series: readonly Series[]): this {
    this.deck.watch(series)
    return this.settle()
  }

  /** Carries commands out, each until the deck rests or plays. */
  do(...commands: readonly DeckCommand[]): this {
    for (const command of commands) {
      this.deck.command(command)
      this.settle()
    }
    return this
  }

  load(
    instruments: readonly string[],
    options: Partial<Omit<Extract<DeckCommand, { name: 'load' }>, 'name'>> = {}
  ): this {
    const whole = { fromMs: null, toMs: null, atMs: null, view: 'then' } as const
    return this.do({ name: 'load', instruments: [...instruments], ...whole, ...options })
  }

  /** Gives turns until none is due at once. */
  settle(): this {
    for (let turns = 0; turns < mostTurns; turns += 1) if (this.deck.turn() !== 0) return this
    throw new Error('expected the deck to rest')
  }

  /** Lets real time pass, a twentieth of a second at a time. */
  pass(ms: number): this {
    for (const untilMs = this.nowMs + ms; this.nowMs < untilMs;) {
      this.nowMs += 50
      this.settle()
      this.deck.publish()
    }
    return this
  }

  query(query: Query) {
    return this.deck.answer(query)
  }

  /** All that a client would be shown, but for times of the wall. */
  async shown(series: readonly Series[]): Promise<unknown> {
    const { row } = this
    const tables = tableNames
      .filter((name) => name !== 'deck' && name !== 'run')
      .map((name) => [...this.publisher.rows(name)])
    const everything = { fromMs: null, toMs: null, limit: 1_000 }
    const instruments = [...new Set(series.map(({ instrument }) => instrument))]
    const answers = [
      ...series.map((each) => ({ name: 'candles', ...each, ...everything }) as const),
      ...instruments.flatMap((instrument) =>
        (['trades', 'ledger', 'gaps'] as const).map((name) => ({ name, instrument, ...everything }))
      )
    ].map((query) => this.query(query))
    const { atMs, trades, state, loop } = row
    return { atMs, trades, state, loop, tables, answers: await Promise.all(answers) }
  }
}
