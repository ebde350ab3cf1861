import type { InstrumentId } from '../../core/market/instrument.ts'
import { hashUnit, seedOf } from '../hash.ts'
import type { SimChoice, SimInstrument, SimMarket, SimVenueId, SimVenueServer } from '../market.ts'
import type { FaultLife, FaultScope } from './fault-effect.ts'

/** A command as it came: a JSON object. */
export type FaultCommand = Readonly<Record<string, unknown>>

/** A command that cannot be done: which parameter, what was expected, what came. */
export class FaultRefusal extends Error {
  override readonly name = 'FaultRefusal'
  readonly parameter: string

  constructor(parameter: string, expected: string, received: unknown) {
    const shown = received === undefined ? 'nothing' : JSON.stringify(received).slice(0, 60)
    super(`${parameter}: expected ${expected}; received ${shown}`)
    this.parameter = parameter
  }
}

type NumberRule = {
  readonly from: number
  readonly to: number
  readonly whole?: boolean
}

const longestMs = 86_400_000
const maxSeed = 4_294_967_295
const mostTrades = 1_000_000

/** Reads the parameters of one command; every method throws FaultRefusal for one that cannot be used. */
export class FaultParameters {
  readonly #command: FaultCommand
  readonly #market: SimMarket
  readonly #venues: ReadonlyMap<SimVenueId, SimVenueServer>
  readonly #read = new Set(['kind'])

  constructor(
    command: FaultCommand,
    market: SimMarket,
    venues: ReadonlyMap<SimVenueId, SimVenueServer>
  ) {
    this.#command = command
    this.#market = market
    this.#venues = venues
  }

  /** `venue` and `instrument`; the instrument's name tells the venue too. */
  scope(): FaultScope {
    const named = this.#take('instrument') ?? null
    const venue = this.#take('venue') ?? (typeof named === 'string' ? named.split(':')[0] : null)
    const known = [...this.#venues.keys()].find((each) => each === venue)
    if (known === undefined) {
      const names = [...this.#venues.keys()].join(', ')
      throw new FaultRefusal('venue', `one of ${names}`, this.#command['venue'] ?? venue)
    }
    if (named === null) return { venue: known, instrument: null }
    return { venue: known, instrument: this.#find(known, named).id }
  }

  /** `instrument`, needed. */
  instrument(): { readonly venue: SimVenueId; readonly instrument: InstrumentId } {
    const { venue, instrument } = this.scope()
    if (instrument !== null) return { venue, instrument }
    throw new FaultRefusal('instrument', `an instrument of ${venue}`, undefined)
  }

  /** `ms` and `n`: until when. */
  life(): FaultLife {
    return { ms: this.ms(), n: this.n() }
  }

  ms(): number | null {
    return this.number('ms', { from: 1, to: longestMs })
  }

  n(): number | null {
    return this.number('n', { from: 1, to: mostTrades, whole: true })
  }

  /** null where it is not given. */
  number(name: string, { from, to, whole = false }: NumberRule): number | null {
    const value = this.#take(name)
    if (value === undefined) return null
    const isGood =
      typeof value === 'number' &&
      value >= from &&
      value <= to &&
      (!whole || Number.isInteger(value))
    if (isGood) return value
    throw new FaultRefusal(name, `a ${whole ? 'whole ' : ''}number from ${from} to ${to}`, value)
  }

  share(): number {
    return this.number('share', { from: 0, to: 1 }) ?? 1
  }

  /** `seed`, of what is drawn. */
  seed(): number {
    return this.number('seed', { from: 0, to: maxSeed, whole: true }) ?? 1
  }

  /** `share` and `seed`: which connections are meant. */
  connections(): SimChoice {
    const share = this.share()
    const seed = this.seed()
    return (connection) => share === 1 || hashUnit(seedOf(seed, connection), 2, 0) < share
  }

  /** `retryAfter` and `location`, as headers of an answer. */
  headers(): Readonly<Record<string, string>> {
    const retryAfter = this.text('retryAfter', /^[\w ,:+-]{1,40}$/, 'seconds or a date')
    const location = this.text('location', /^(ws|http)s?:\/\/[\w.:/-]{1,200}$/, 'a URL')
    return {
      ...(retryAfter === null ? {} : { 'retry-after': retryAfter }),
      ...(location === null ? {} : { location })
    }
  }

  /** @param fallback Where it is not given; null: it is needed. */
  choice<Choice extends string>(
    name: string,
    choices: readonly Choice[],
    fallback: Choice | null
  ): Choice {
    const value = this.#take(name) ?? fallback
    const choice = choices.find((each) => each === value)
    if (choice !== undefined) return choice
    throw new FaultRefusal(name, choices.join(' or '), value ?? undefined)
  }

  text(name: string, rule: RegExp, expected: string): string | null {
    const value = this.#take(name)
    if (value === undefined) return null
    if (typeof value === 'string' && rule.test(value)) return value
    throw new FaultRefusal(name, expected, value)
  }

  /** Refuses what no method asked for: a misspelt name must not be a fault that is not there. */
  end(): void {
    const unknown = Object.keys(this.#command).find((name) => !this.#read.has(name))
    if (unknown === undefined) return
    const known = [...this.#read].join(', ')
    throw new FaultRefusal(unknown, `only ${known}`, this.#command[unknown])
  }

  #take(name: string): unknown {
    this.#read.add(name)
    return Object.hasOwn(this.#command, name) ? this.#command[name] : undefined
  }

  #find(venue: SimVenueId, named: unknown): SimInstrument {
    const found = this.#market.instruments(venue).find(({ id }) => id === named)
    if (found !== undefined) return found
    throw new FaultRefusal('instrument', `an instrument of ${venue}`, named)
  }
}
