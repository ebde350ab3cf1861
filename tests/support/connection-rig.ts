import { ReceiveQueue } from '../../src/engine/collector/receive-queue.ts'
import type { MarketEvent } from '../../src/core/market/event.ts'
import type { Instrument } from '../../src/core/market/instrument.ts'
import type { LinkMark } from '../../src/core/market/ledger/link-mark.ts'
import { Connection } from '../../src/engine/collector/connection.ts'
import type { ConnectionTransition } from '../../src/engine/collector/connection-transition.ts'
import { Governor } from '../../src/engine/collector/governor.ts'
import { HandoverSlots } from '../../src/engine/collector/handover-slots.ts'
import type { Log, LogFields } from '../../src/engine/collector/log.ts'
import type { NewestTrades } from '../../src/engine/collector/silence-proof.ts'
import type { MarketHours } from '../../src/engine/collector/market-hours.ts'
import type { Venue } from '../../src/venues/venue.ts'
import { FakeClock } from './fake-clock.ts'
import { FakeSockets } from './fake-sockets.ts'
import type { FakeSocket } from './fake-sockets.ts'
import { readToyRequest, someToys, toyVenue } from './toy-venue.ts'

/** A log that keeps what it is told. */
export class KeptLog implements Log {
  readonly lines: { readonly level: string; readonly event: string; readonly fields: LogFields }[] =
    []

  debug(event: string, fields: LogFields): void {
    this.lines.push({ level: 'debug', event, fields })
  }
  info(event: string, fields: LogFields): void {
    this.lines.push({ level: 'info', event, fields })
  }
  warn(event: string, fields: LogFields): void {
    this.lines.push({ level: 'warn', event, fields })
  }
  error(event: string, fields: LogFields): void {
    this.lines.push({ level: 'error', event, fields })
  }
}

/** One connection between a fake clock and fake sockets. */
export class ConnectionRig {
  readonly clock = new FakeClock()
  readonly sockets = new FakeSockets()
  readonly received: ReceiveQueue
  readonly log = new KeptLog()
  readonly events: MarketEvent[] = []
  readonly marks: LinkMark[] = []
  readonly transitions: ConnectionTransition[] = []
  readonly discounted = new Set<MarketEvent>()
  readonly governor: Governor
  readonly connection: Connection
  /** What chance says next. */
  chance = 0.5

  constructor(
    options: {
      readonly venue?: Partial<Venue>
      readonly instruments?: readonly Instrument[]
      readonly apiKey?: string
      readonly marketHours?: MarketHours
      /** Each frame is taken in as it comes unless a queue is given. */
      readonly received?: ReceiveQueue
      /** REST is not asked unless given. */
      readonly newestTrades?: NewestTrades
      /** As in a run of faults whose detectors are off. */
      readonly isBlind?: boolean
    } = {}
  ) {
    this.received = options.received ?? new ReceiveQueue(1)
    const venue = toyVenue(options.venue)
    this.governor = new Governor(venue.limits, this.clock)
    this.connection = new Connection({
      id: 'toy-01',
      context: {
        venue,
        wsUrl: 'ws://toy.test',
        apiKey: options.apiKey ?? null,
        userAgent: 'tapedeck/test',
        clock: this.clock,
        random: () => this.chance,
        sockets: this.sockets,
        received: this.received,
        governor: this.governor,
        slots: new HandoverSlots(() => 1),
        linkNames: new Set(),
        lifetimeMs: venue.lifetimeMs,
        log: this.log,
        discounted: this.discounted,
        isBlind: options.isBlind ?? false,
        ...(options.newestTrades === undefined ? {} : { newestTrades: options.newestTrades }),
        onEvents: (...[, events]) => this.events.push(...events),
        onLink: (mark) => this.marks.push(mark),
        onTransition: (transition) => this.transitions.push(transition)
      },
      instruments: options.instruments ?? someToys(3),
      marketHours: options.marketHours ?? null,
      rank: 0,
      onChanged: () => undefined
    })
  }

  get socket(): FakeSocket {
    return this.sockets.last
  }

  get state(): string {
    const { state, reason } = this.connection.row(0)
    return state === 'waiting' ? `waiting(${reason ?? ''})` : state
  }

  /** Lets time pass as the collector would: a tick each second, and the far ends beating where `beats`. */
  pass(ms: number, beats = false): void {
    for (let leftMs = ms; leftMs > 0; leftMs -= 1000) {
      this.clock.advance(Math.min(1000, leftMs))
      if (beats) for (const socket of this.sockets.unended) socket.say({ beat: null })
      this.connection.tick()
      if (beats) for (const socket of this.sockets.unended) socket.pong()
    }
  }

  /** Acknowledges every request not yet answered. */
  acknowledge(socket: FakeSocket = this.socket): void {
    for (const text of socket.sent.splice(0)) socket.say({ ack: readToyRequest(text).id })
  }

  /** Brings the connection up from wherever it waits for its socket. */
  comeUp(): void {
    this.socket.accept()
    this.acknowledge()
  }

  /** Waits until the next attempt has its socket. */
  waitOut(): void {
    const { nextAttemptMs } = this.connection.row(0)
    if (nextAttemptMs !== null) this.clock.advance(nextAttemptMs - this.clock.nowMs())
  }

  /** Lets it carry trades each second for `ms`. */
  trade(ms: number): void {
    for (let leftMs = ms; leftMs > 0; leftMs -= 1000) {
      this.pass(1000, true)
      this.socket.say({ trade: 'T001-USD' })
    }
  }

  /** The states it went through, in order. */
  get path(): readonly string[] {
    return this.log.lines
      .filter(({ event }) => event === 'connection-state')
      .map(({ fields }) => String(fields['to']))
  }
}
