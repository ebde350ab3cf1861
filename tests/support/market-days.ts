import type { SessionCalendar } from '../../src/core/market/session-calendar.ts'
import { settingsSchema } from '../../src/contracts/settings.ts'
import type { Clock } from '../../src/engine/collector/clock.ts'
import { MarketClocks } from '../../src/engine/market-clocks.ts'
import { RunClock } from '../../src/engine/run-clock.ts'
import { TimeWatch, timedVenue } from '../../src/engine/time-watch.ts'
import { aCollectorRig, answer } from './collector-rig.ts'
import { KeptLog } from './connection-rig.ts'
import { FakeClock } from './fake-clock.ts'
import type { FakeSocket } from './fake-sockets.ts'
import { aToy, toyVenue } from './toy-venue.ts'
import { until } from './until.ts'

const connectBeforeOpenMs = 60_000
const lateTradesMs = 300_000

/** Hours in which the far end trades, [openMs, closeMs), oldest first; whatever our calendar says. */
export type TrueSession = { readonly openMs: number; readonly closeMs: number }

/** What a collector made of some days, each second of which was lived through. */
export type MarketDaysReport = {
  readonly sessions: number
  readonly attempts: number
  /** Sockets opened outside of [open − 60 s, close). */
  readonly attemptsWhileClosed: number
  /** Seconds of open sockets outside of [open − 60 s, close + 5 min]. */
  readonly socketSecondsWhileClosed: number
  /** Seconds of sessions whose trade did not arrive. */
  readonly missedSeconds: number
  /** The longest time from an open to its first trade, s. */
  readonly slowestFirstTradeSeconds: number
  /** Reconnects told, which planned ends are not. */
  readonly reconnects: number
}

/** Days to live through. */
export type MarketDays = {
  readonly fromMs: number
  readonly toMs: number
  readonly sessions: readonly TrueSession[]
  readonly session: 'regular' | 'extended'
  /** The calendar believed in; the real one unless given. */
  readonly calendar?: SessionCalendar
  /** The far end says nothing on the first socket of each session. */
  readonly isFirstSocketMute?: true
  /** What our wall clock is ahead of the true time at the start, ms; right unless given. */
  readonly wallErrorMs?: number
  /** How our wall clock is set on the way, by true time, oldest first. */
  readonly wallSteps?: readonly { readonly atMs: number; readonly byMs: number }[]
  /** The wall clock is believed, whatever the venue's clock says. */
  readonly isWallBelieved?: true
}

/**
 * Lives through days second by second: a real collector on a fake clock, whose far end accepts whoever
 * comes, and trades once in each second of a true session.
 */
export async function liveThrough(days: MarketDays): Promise<MarketDaysReport> {
  const symbols = ['QLD', 'SPY', 'TQQQ']
  const settings = settingsSchema.parse({
    market_hours: Object.fromEntries(
      symbols.map((symbol) => [symbol, { calendar: 'XNYS', session: days.session }])
    )
  })
  const markets = new MarketClocks(
    settings,
    days.calendar === undefined ? undefined : { XNYS: days.calendar }
  )
  const wall = new FakeClock(days.fromMs + (days.wallErrorMs ?? 0))
  const runClock = new RunClock(wall)
  const clock = days.isWallBelieved ? wall : correctedClock(wall, runClock)
  let isTraded = false
  const { collector, sockets } = aCollectorRig({
    clock,
    venue: toyVenue({
      discover: () =>
        Promise.resolve({
          instruments: symbols.map((symbol) => aToy(symbol, { calendar: 'XNYS' })),
          complete: true,
          problems: []
        }),
      tradeIds: 'none',
      heartbeatMs: null,
      fetchTimeMs: () => Promise.resolve(days.fromMs + wall.monotonicMs())
    }),
    marketHours: markets.hours,
    onEvents: () => (isTraded = true)
  })
  const venues = [timedVenue(collector)]
  const times = new TimeWatch({ venues, runClock, clock: wall, log: new KeptLog() })
  times.start()
  collector.start()
  await until(() => collector.rows().length > 0, 'a connection')
  const tally = new Tally(days.sessions)
  let met = 0
  const mute = new Set<FakeSocket>()
  let stepped = 0
  for (let atMs = days.fromMs; atMs < days.toMs; atMs += 1_000) {
    for (const step of (days.wallSteps ?? []).slice(stepped)) {
      if (step.atMs > atMs) break
      wall.stepWall(step.byMs)
      stepped += 1
    }
    wall.advance(1_000)
    await Promise.resolve()
    const session = tally.sessionAt(atMs + 1_000)
    for (const socket of sockets.all.slice(met)) {
      socket.accept()
      tally.attempt(atMs + 1_000)
      if (days.isFirstSocketMute && session === null) mute.add(socket)
    }
    met = sockets.all.length
    isTraded = false
    const open = sockets.unended
    for (const socket of open) serve(socket, session !== null && !mute.has(socket))
    tally.second(atMs + 1_000, { isTraded, sockets: open.length })
  }
  const reconnects = collector.rows().reduce((sum, row) => sum + row.reconnects, 0)
  times.close()
  await collector.stop()
  return { ...tally.report(), reconnects }
}

/** The fake's timers, and the run clock's now. */
function correctedClock(wall: FakeClock, runClock: RunClock): Clock {
  return {
    nowMs: () => runClock.nowMs(),
    wallMs: () => wall.wallMs(),
    monotonicMs: () => wall.monotonicMs(),
    after: (delayMs, callback) => wall.after(delayMs, callback)
  }
}

function serve(socket: FakeSocket, isTrading: boolean): void {
  answer(socket)
  if (socket.pings > 0) {
    socket.pings = 0
    socket.pong()
  }
  if (isTrading) socket.say({ trade: 'QLD' }, { trade: 'SPY' }, { trade: 'TQQQ' })
}

/** Counts what happened by the true sessions. */
class Tally {
  readonly #sessions: readonly TrueSession[]
  readonly #first = new Map<TrueSession, number>()
  #at = 0
  #attempts = 0
  #attemptsWhileClosed = 0
  #socketSecondsWhileClosed = 0
  #missedSeconds = 0

  constructor(sessions: readonly TrueSession[]) {
    this.#sessions = sessions
  }

  sessionAt(atMs: number): TrueSession | null {
    const session = this.#lookAt(atMs)
    return session !== undefined && atMs >= session.openMs && atMs < session.closeMs
      ? session
      : null
  }

  attempt(atMs: number): void {
    this.#attempts += 1
    const session = this.#lookAt(atMs)
    const isDue =
      session !== undefined &&
      atMs >= session.openMs - connectBeforeOpenMs &&
      atMs < session.closeMs
    if (!isDue) this.#attemptsWhileClosed += 1
  }

  second(atMs: number, seen: { readonly isTraded: boolean; readonly sockets: number }): void {
    const session = this.sessionAt(atMs)
    if (session !== null) {
      if (!seen.isTraded) this.#missedSeconds += 1
      else if (!this.#first.has(session)) this.#first.set(session, atMs - session.openMs)
      return
    }
    const near = this.#lookAt(atMs)
    const isWanted =
      near !== undefined &&
      atMs >= near.openMs - connectBeforeOpenMs &&
      atMs <= near.closeMs + lateTradesMs
    if (!isWanted) this.#socketSecondsWhileClosed += seen.sockets
  }

  report(): Omit<MarketDaysReport, 'reconnects'> {
    const firsts = this.#sessions.map((session) => this.#first.get(session) ?? Infinity)
    return {
      sessions: this.#sessions.length,
      attempts: this.#attempts,
      attemptsWhileClosed: this.#attemptsWhileClosed,
      socketSecondsWhileClosed: this.#socketSecondsWhileClosed,
      missedSeconds: this.#missedSeconds,
      slowestFirstTradeSeconds: Math.max(...firsts) / 1_000
    }
  }

  /** The session that runs, has just run or comes next. Time only goes forward. */
  #lookAt(atMs: number): TrueSession | undefined {
    for (;;) {
      const session = this.#sessions[this.#at]
      if (session === undefined || atMs <= session.closeMs + lateTradesMs) return session
      this.#at += 1
    }
  }
}
