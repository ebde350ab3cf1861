import { ReceiveQueue } from '../../src/engine/collector/receive-queue.ts'
import type { MarketEvent } from '../../src/core/market/event.ts'
import type { Instrument } from '../../src/core/market/instrument.ts'
import type { LinkMark } from '../../src/core/market/ledger/link-mark.ts'
import { createCollector } from '../../src/engine/collector/collector.ts'
import type { Collector } from '../../src/engine/collector/collector.ts'
import type { CollectorOptions } from '../../src/engine/collector/collector-options.ts'
import { KeptLog } from './connection-rig.ts'
import { FakeClock } from './fake-clock.ts'
import { FakeSockets } from './fake-sockets.ts'
import type { FakeSocket } from './fake-sockets.ts'
import { readToyRequest, toyVenue } from './toy-venue.ts'
import { until } from './until.ts'

/** A collector of the toy venue between a fake clock and fake sockets, and what it told. */
export type CollectorRig = {
  readonly collector: Collector
  readonly clock: FakeClock
  readonly sockets: FakeSockets
  readonly events: { readonly connection: string; readonly event: MarketEvent }[]
  readonly marks: LinkMark[]
  readonly lists: (readonly Instrument[])[]
  readonly log: KeptLog
}

/** Makes one, not yet started. */
export function aCollectorRig(changes: Partial<CollectorOptions> = {}): CollectorRig {
  const clock = new FakeClock()
  const sockets = new FakeSockets()
  const log = new KeptLog()
  const events: CollectorRig['events'] = []
  const lists: (readonly Instrument[])[] = []
  const marks: LinkMark[] = []
  const collector = createCollector({
    venue: toyVenue(),
    endpoints: { wsUrl: 'ws://toy.test', restUrl: 'http://toy.test' },
    apiKey: null,
    selection: 'all',
    priority: [],
    perConnection: null,
    lifetimeMs: null,
    userAgent: 'tapedeck/test',
    clock,
    random: () => 0.5,
    sockets,
    received: new ReceiveQueue(1),
    cache: null,
    marketHours: null,
    log,
    onEvents: (connection, many) => {
      for (const event of many) events.push({ connection, event })
    },
    onLink: (mark) => marks.push(mark),
    onConnectionChanged: () => undefined,
    onInstrumentsChanged: (instruments) => lists.push(instruments),
    ...changes
  })
  return { collector, clock, sockets, events, marks, lists, log }
}

/** Makes one and waits for its first sockets. */
export async function aStartedCollector(
  changes?: Partial<CollectorOptions>
): Promise<CollectorRig> {
  const rig = aCollectorRig(changes)
  rig.collector.start()
  await until(() => rig.sockets.all.length > 0, 'connections open')
  return rig
}

/** Lets a socket in and answers all it asks. */
export function letIn(socket: FakeSocket): void {
  socket.accept()
  answer(socket)
}

/** Acknowledges every request not yet answered. */
export function answer(socket: FakeSocket): void {
  for (const text of socket.sent.splice(0)) socket.say({ ack: readToyRequest(text).id })
}

/** A venue that offers just these. */
export function discovering(instruments: readonly Instrument[]): Partial<CollectorOptions> {
  return {
    venue: toyVenue({
      discover: () => Promise.resolve({ instruments, complete: true, problems: [] })
    })
  }
}
