import { randomBytes, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { LimitedVenueServer } from '../http/breaches.ts'
import { answerJson } from '../http/json-answer.ts'
import { RateGate } from '../http/rate-gate.ts'
import { VenueListener } from '../http/venue-listener.ts'
import type { SimVenueOptions } from '../market.ts'
import { venueOf, type BybitCategory } from './category.ts'
import { openBybitFeeds } from './feeds.ts'
import { HourAgoPrices } from './hour-ago.ts'
import { answerBybitRest } from './rest.ts'
import { BybitSession } from './session.ts'
import { TickDirections } from './tick-direction.ts'
import { bybitTuning, type BybitTuning } from './tuning.ts'

export type BybitServerOptions = SimVenueOptions & {
  readonly category: BybitCategory
  readonly tuning?: Partial<BybitTuning>
}

/** In the style of each category: a UUID, or twenty letters and a tail. */
function connectionId(category: BybitCategory): string {
  if (category === 'spot') return randomUUID()
  const letters = BigInt(`0x${randomBytes(16).toString('hex')}`)
    .toString(36)
    .padStart(25, '0')
  return `${letters.slice(0, 20)}-${letters.slice(20, 25)}`
}

/**
 * Starts a venue that speaks Bybit v5 on loopback: one category's public WebSocket and REST on one port.
 *
 * @throws the listening error, such as EADDRINUSE.
 */
export async function startBybitServer(options: BybitServerOptions): Promise<LimitedVenueServer> {
  const { market, truth, faults, port, category } = options
  const tuning = { ...bybitTuning, ...options.tuning }
  const clock = () => performance.now()
  const gates = {
    connects: new RateGate(tuning.connects, clock),
    requests: new RateGate(tuning.requests, clock)
  }
  const counts = { messages: 0, idle: 0, refusedConnects: 0 }
  const path = `/v5/public/${category}`

  const directions = new TickDirections()
  const prices = new HourAgoPrices(market)
  const feeds = openBybitFeeds({ market, truth, category, tuning, directions, prices })

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const address = request.socket.remoteAddress ?? 'unknown'
    const url = URL.parse(request.url ?? '/', 'http://localhost')
    if (gates.requests.take(address) !== 'allowed') {
      response.writeHead(403, { 'content-type': 'text/plain' }).end('access too frequent')
      return
    }
    const time = Math.floor(market.nowMs())
    const answered =
      url === null || request.method !== 'GET'
        ? ({ kind: 'unknownPath' } as const)
        : answerBybitRest({ market, directions, prices }, url)
    if (answered.kind === 'unknownPath') {
      response.writeHead(404).end()
      return
    }
    const outcome =
      answered.kind === 'ok'
        ? { retCode: 0, retMsg: 'OK', result: answered.result }
        : { retCode: 10001, retMsg: answered.retMsg, result: {} }
    answerJson(response, {
      status: 200,
      body: { ...outcome, retExtInfo: {}, time },
      headers: {
        'x-bapi-limit': String(tuning.requests.burst),
        'x-bapi-limit-status': String(gates.requests.left(address)),
        'x-bapi-limit-reset-timestamp': String(time)
      }
    })
  }

  const listener = await VenueListener.open({
    venue: venueOf(category),
    port,
    upgrades: (asked) => asked === path,
    deflate: false,
    maxBufferedBytes: tuning.maxBufferedBytes,
    faults,
    admit: (address, open) => {
      if (open < tuning.maxConnections && gates.connects.take(address) === 'allowed') return null
      counts.refusedConnects += 1
      return 403
    },
    accept: (connection) =>
      new BybitSession(connection, {
        market,
        truth,
        category,
        tuning,
        feeds: feeds.byPrefix,
        connectionId: connectionId(category),
        onRefused: () => {
          counts.messages += 1
        },
        onIdle: () => {
          counts.idle += 1
        }
      }),
    answer
  }).catch((error: unknown) => {
    feeds.close()
    throw error
  })

  return {
    wsUrl: `ws://127.0.0.1:${listener.port}${path}`,
    restUrl: `http://127.0.0.1:${listener.port}`,
    breaches: () => ({
      connects: counts.refusedConnects,
      messages: counts.messages,
      requests: gates.requests.breaches,
      bans: gates.requests.bans,
      slowConsumers: listener.slowConsumers,
      idle: counts.idle
    }),
    dropConnections: (cut, isMeant) => {
      listener.dropConnections(cut, isMeant)
    },
    close: async () => {
      feeds.close()
      await listener.close()
    }
  }
}
