import type { Trade } from '../src/core/market/event.ts'
import type { InstrumentId } from '../src/core/market/instrument.ts'
import { createSilenceRule } from '../src/core/market/silence.ts'
import { InstrumentWatch } from '../src/engine/collector/instrument-watch.ts'
import { Liveness } from '../src/engine/collector/liveness.ts'
import type { Death, SilenceTape } from './silence-tape.ts'

/** A death that is not found within so long is missed. */
const foundWithinMs = 300_000
const backWithinMs = 500
const tickMs = 1_000
const tenseTickMs = 250
const askEveryMs = 10_000
/** Quiet for so long an instrument's newest trade is asked for, and each time so long after; at most one a second. */
const tailEveryMs = 55_000
/** The feed is given so long to bring what REST tells of the tail. */
const tailHoldMs = 2_000
/** An answer of REST, and half a second in which what it tells may still come. */
const answerMs = 700
const baseMs = 15_000
const pageSize = 100
/** Midnight, so that hours of the tape are hours of the day. */
const epochMs = Date.UTC(2026, 0, 5)

/** What REST tells of an instrument that did not trade yet. */
const beforeTape: Trade = {
  kind: 'trade',
  instrument: 'bench:0',
  id: 0,
  eventMs: epochMs - 3_600_000,
  receivedMs: epochMs,
  price: 1,
  size: 1,
  side: null
}

/** What a rule made of a tape. */
export type TrialOutcome = {
  /** Times it ended a link that was well. */
  falseAlarms: number
  /** How long after each death it was found, ms. */
  readonly foundMs: number[]
  /** How long after its first trade that did not come, ms; 0 where none had to. */
  readonly missingMs: number[]
  /** Deaths that swallowed trades and were not found within five minutes. */
  missed: number
  /** Deaths that swallowed nothing within five minutes. */
  harmless: number
  /** Questions to REST about a silence. */
  questions: number
  /** Questions to REST that the ledger asks in any case. */
  tailQuestions: number
  /** Times an instrument that was well was shown as not live. */
  falseFlags: number
}

export function noOutcome(): TrialOutcome {
  return {
    falseAlarms: 0,
    foundMs: [],
    missingMs: [],
    missed: 0,
    harmless: 0,
    questions: 0,
    tailQuestions: 0,
    falseFlags: 0
  }
}

/** Tries a fixed limit: whatever is silent for so long is taken for dead. */
export function tryFixedLimit(
  tape: SilenceTape,
  deaths: readonly Death[],
  limitMs: number
): TrialOutcome {
  const outcome = noOutcome()
  const queue = [...deaths]
  let death = queue.shift() ?? null
  let swallowed = 0
  let swallowedMs = Infinity
  let isLate = false
  let sinceMs = 0
  const passTo = (nowMs: number): void => {
    while (sinceMs + limitMs <= nowMs) {
      sinceMs += limitMs
      if (death === null || sinceMs < death.atMs) {
        outcome.falseAlarms += 1
        continue
      }
      outcome.missingMs.push(Math.max(0, sinceMs - swallowedMs))
      if (!isLate) outcome.foundMs.push(sinceMs - death.atMs)
      death = nextDeath(queue, sinceMs)
      swallowed = 0
      swallowedMs = Infinity
      isLate = false
    }
  }
  for (const atMs of tape.times) {
    passTo(atMs)
    if (death !== null && !isLate && atMs >= death.atMs + foundWithinMs) {
      countLate(outcome, swallowed)
      isLate = true
    }
    if (death === null || atMs < death.atMs) sinceMs = atMs
    else {
      swallowed += 1
      swallowedMs = Math.min(swallowedMs, atMs)
    }
  }
  passTo(tape.lastsMs)
  return outcome
}

/** A link that is dead already cannot die. */
function nextDeath(queue: Death[], nowMs: number): Death | null {
  let next = queue.shift()
  while (next !== undefined && next.atMs < nowMs) next = queue.shift()
  return next ?? null
}

function countLate(outcome: TrialOutcome, swallowed: number): void {
  if (swallowed === 0) outcome.harmless += 1
  else outcome.missed += 1
}

export type TrialOptions = {
  readonly asksRest: boolean
  /** What REST is asked for the ledger's sake is held against the links as well. */
  readonly hearsTails?: boolean
}

/** Tries the rhythms that links and instruments have, with or without REST to ask; pings and heartbeats are always answered. */
export function tryRhythms(
  tape: SilenceTape,
  deaths: readonly Death[],
  options: TrialOptions
): TrialOutcome {
  return new Trial(tape, deaths, options).run()
}

type Question = {
  readonly subject: 'link' | 'instrument'
  readonly instrument: number
  readonly dueMs: number
  /** As it was when it was asked: what comes meanwhile settles it. */
  readonly sinceMs: number
}

class Trial {
  readonly #tape: SilenceTape
  readonly #asksRest: boolean
  readonly #hearsTails: boolean
  /** When each instrument was last asked about for the ledger's sake. */
  readonly #tailMs: Float64Array
  #tailTurn = 0
  /** A trade of an instrument that REST told and that is still given time to come. */
  #tail: { readonly trade: Trade; readonly dueMs: number } | null = null
  /** When the first trade did not come. */
  #swallowedMs = Infinity
  readonly #deaths: Death[]
  readonly #watch = new InstrumentWatch()
  readonly #silence = createSilenceRule(baseMs)
  readonly #ids: readonly InstrumentId[]
  readonly #counts: Uint32Array
  readonly #flagged = new Set<number>()
  readonly #nextAskMs = { link: 0, instrument: 0 }
  readonly #outcome = noOutcome()
  /** Trades that did not come, by instrument. */
  readonly #swallowed = new Map<number, Trade[]>()
  #lastTrades: (Trade | undefined)[] = []
  #liveness: Liveness
  /** The one that is, or the next. */
  #death: Death | null
  #isLate = false
  #question: Question | null = null
  #downUntilMs = 0

  constructor(tape: SilenceTape, deaths: readonly Death[], options: TrialOptions) {
    this.#tape = tape
    this.#asksRest = options.asksRest
    this.#hearsTails = options.hearsTails ?? false
    this.#tailMs = new Float64Array(tape.instruments)
    this.#deaths = [...deaths]
    this.#death = this.#deaths.shift() ?? null
    this.#ids = Array.from(
      { length: tape.instruments },
      (...[, index]) => `bench:${index}` as const
    )
    this.#counts = new Uint32Array(tape.instruments)
    for (const id of this.#ids) this.#watch.add(id)
    this.#watch.silence.heard(epochMs, 0)
    this.#liveness = this.#open(0)
  }

  run(): TrialOutcome {
    const { times, of, lastsMs } = this.#tape
    let index = 0
    for (let nowMs = tickMs; nowMs <= lastsMs;) {
      for (; (times[index] ?? Infinity) <= nowMs; index += 1) {
        this.#trade(of[index] ?? 0, times[index] ?? 0)
      }
      this.#look(nowMs)
      nowMs += this.#question !== null || this.#liveness.isTense(nowMs) ? tenseTickMs : tickMs
    }
    return this.#outcome
  }

  #trade(instrument: number, atMs: number): void {
    const id = this.#ids[instrument]
    if (id === undefined) return
    const count = (this.#counts[instrument] ?? 0) + 1
    this.#counts[instrument] = count
    const trade: Trade = {
      kind: 'trade',
      instrument: id,
      id: count,
      eventMs: epochMs + atMs,
      receivedMs: epochMs + atMs,
      price: 1,
      size: 1,
      side: null
    }
    if (this.#isSwallowed(instrument, atMs)) {
      const list = this.#swallowed.get(instrument) ?? []
      list.push(trade)
      if (list.length > pageSize) list.shift()
      this.#swallowed.set(instrument, list)
      this.#swallowedMs = Math.min(this.#swallowedMs, atMs)
      return
    }
    this.#lastTrades[instrument] = trade
    if (atMs < this.#downUntilMs) return
    this.#liveness.sign(atMs)
    this.#watch.note(trade, atMs)
    this.#liveness.data(atMs, true)
    this.#flagged.delete(instrument)
  }

  #isSwallowed(instrument: number, atMs: number): boolean {
    if (this.#death === null || atMs < this.#death.atMs) return false
    return this.#death.instrument === null || this.#death.instrument === instrument
  }

  #look(nowMs: number): void {
    if (nowMs < this.#downUntilMs) return
    this.#liveness.sign(nowMs)
    if (this.#liveness.takePing(nowMs)) this.#liveness.pong(nowMs)
    this.#watch.silence.age(epochMs + nowMs)
    this.#silence.age()
    this.#giveUp(nowMs)
    if (this.#answer(nowMs) || this.#hearTail(nowMs)) return
    const suspicion = this.#liveness.check(nowMs)
    if (suspicion?.isProven === true) {
      this.#liveness.condemned(suspicion, nowMs)
      this.#alarm(nowMs)
      return
    }
    if (suspicion !== null) this.#ask('link', this.#watch.silence.likeliest(nowMs), nowMs)
    const overdue = this.#watch.silence.overdue(nowMs, () => false)
    if (overdue !== null) this.#ask('instrument', overdue, nowMs)
    this.#noteFlags(nowMs)
  }

  #noteFlags(nowMs: number): void {
    for (let instrument = 0; instrument < this.#ids.length; instrument += 1) {
      const isDead =
        this.#death !== null &&
        nowMs >= this.#death.atMs &&
        (this.#death.instrument ?? instrument) === instrument
      const id = this.#ids[instrument]
      if (isDead || id === undefined || this.#flagged.has(instrument)) continue
      if (!this.#watch.silence.isSuspect(id, nowMs)) continue
      this.#flagged.add(instrument)
      this.#outcome.falseFlags += 1
    }
  }

  #ask(subject: Question['subject'], id: InstrumentId | null, nowMs: number): void {
    if (!this.#asksRest || this.#question !== null || nowMs < this.#nextAskMs[subject]) return
    const instrument = this.#ids.indexOf(id ?? 'bench:0')
    this.#nextAskMs[subject] = nowMs + askEveryMs
    this.#outcome.questions += 1
    const sinceMs = this.#sinceMs(subject, instrument, nowMs)
    this.#question = { subject, instrument, dueMs: nowMs + answerMs, sinceMs }
  }

  #sinceMs(subject: Question['subject'], instrument: number, nowMs: number): number {
    const { silence } = this.#watch
    if (subject === 'link') return silence.flowSinceMs
    return silence.sinceMs(this.#ids[instrument] ?? 'bench:0', nowMs)
  }

  /** @returns Whether it ended the link. */
  #answer(nowMs: number): boolean {
    const question = this.#question
    if (question === null || nowMs < question.dueMs) return false
    this.#question = null
    const { subject, instrument } = question
    if (this.#sinceMs(subject, instrument, nowMs) !== question.sinceMs) return false
    const id = this.#ids[instrument] ?? 'bench:0'
    const last = this.#lastTrades[instrument] ?? beforeTape
    const swallowed = this.#swallowed.get(instrument) ?? []
    const trades = [last, ...swallowed].slice(-pageSize)
    const page = { trades, isFull: trades.length >= pageSize }
    const known = { newestId: this.#watch.newestId(id), nowMs }
    const verdict = this.#watch.silence.judge(id, page, known)
    if (verdict === 'quiet') {
      this.#watch.silence.vouched(id, nowMs)
      if (subject === 'link') this.#liveness.explained(nowMs)
    }
    if (verdict !== 'missed') return false
    this.#alarm(nowMs)
    return true
  }

  /** As TailCheck asks. @returns Whether what it was told ended the link. */
  #hearTail(nowMs: number): boolean {
    if (!this.#hearsTails) return false
    const told = this.#tail
    if (told === null) {
      this.#askForTail(nowMs)
      return false
    }
    if (nowMs < told.dueMs) return false
    this.#tail = null
    const { trade } = told
    const { instrument } = trade
    const known = { newestId: this.#watch.newestId(instrument), nowMs }
    const page = { trades: [trade], isFull: false }
    const verdict = this.#watch.silence.judge(instrument, page, known)
    if (verdict === 'quiet') this.#watch.silence.vouched(instrument, nowMs)
    if (verdict !== 'missed') return false
    this.#alarm(nowMs)
    return true
  }

  #askForTail(nowMs: number): void {
    const count = this.#ids.length
    for (let step = 0; step < count; step += 1) {
      const instrument = (this.#tailTurn + step) % count
      const silentMs = nowMs - this.#sinceMs('instrument', instrument, nowMs)
      const askedAgoMs = nowMs - (this.#tailMs[instrument] ?? 0)
      if (silentMs < tailEveryMs || askedAgoMs < tailEveryMs) continue
      this.#tailTurn = instrument + 1
      this.#tailMs[instrument] = nowMs
      this.#outcome.tailQuestions += 1
      const last = this.#lastTrades[instrument] ?? beforeTape
      const trade = this.#swallowed.get(instrument)?.at(-1) ?? last
      const ageMs = epochMs + nowMs - trade.eventMs
      this.#tail = { trade, dueMs: nowMs + Math.max(answerMs, tailHoldMs - ageMs) }
      return
    }
  }

  /** Found after five minutes it counts as missed. */
  #giveUp(nowMs: number): void {
    if (this.#isLate || this.#death === null || nowMs < this.#death.atMs + foundWithinMs) return
    countLate(this.#outcome, this.#swallowed.size)
    this.#isLate = true
  }

  #alarm(nowMs: number): void {
    if (this.#death === null || nowMs < this.#death.atMs) this.#outcome.falseAlarms += 1
    else {
      this.#outcome.missingMs.push(Math.max(0, nowMs - this.#swallowedMs))
      if (!this.#isLate) this.#outcome.foundMs.push(nowMs - this.#death.atMs)
      this.#bury(nowMs)
    }
    this.#downUntilMs = nowMs + backWithinMs
    this.#question = null
    this.#tail = null
    this.#liveness = this.#open(this.#downUntilMs)
  }

  #bury(nowMs: number): void {
    for (const [instrument, trades] of this.#swallowed) {
      this.#lastTrades[instrument] = trades.at(-1)
    }
    this.#death = nextDeath(this.#deaths, nowMs)
    this.#isLate = false
    this.#swallowed.clear()
    this.#swallowedMs = Infinity
  }

  #open(nowMs: number): Liveness {
    this.#watch.reopened(nowMs)
    const liveness = new Liveness({
      heartbeatMs: 1_000,
      watch: this.#watch,
      silence: this.#silence,
      afterSilence: nowMs > 0,
      canAsk: this.#asksRest,
      nowMs
    })
    liveness.expectTrades()
    return liveness
  }
}
