import type { IncomingMessage, ServerResponse } from 'node:http'
import type { LimitedVenueServer } from '../http/breaches.ts'
import { answerJson } from '../http/json-answer.ts'
import type { SimConnection } from '../http/sim-connection.ts'
import { VenueListener } from '../http/venue-listener.ts'
import type { SimMarket, SimVenueOptions } from '../market.ts'
import { AddressGuard, type RequestVerdict } from './address-guard.ts'
import { openBinanceFeeds } from './feeds.ts'
import { answerBinanceRest, findEndpoint } from './rest.ts'
import { RestQuestion } from './rest-question.ts'
import { BinanceSession } from './session.ts'
import { readTimeUnit } from './time-unit.ts'
import { binanceTuning, type BinanceTuning } from './tuning.ts'

export type BinanceServerOptions = SimVenueOptions & {
  readonly tuning?: Partial<BinanceTuning>
  /** What really happened, of which candles and aggregates are made; `market` unless given. */
  readonly ledger?: SimMarket
}

/** A simulated Binance, running. */
export type BinanceServer = LimitedVenueServer & {
  /** Tells every connection that the server is about to end, and closes them so much later. */
  announceShutdown(leadMs: number): void
}

const combinedPath = '/stream'

/** `/ws`, `/ws/a/b` and `/stream?streams=a/b`. */
function namedStreams(url: URL): string[] {
  const names =
    url.pathname === combinedPath
      ? (url.searchParams.get('streams') ?? '')
      : decodeURIComponent(url.pathname.slice('/ws/'.length))
  return names.split('/').filter((name) => name !== '')
}

function upgrades(path: string): boolean {
  return path === combinedPath || path === '/ws' || path.startsWith('/ws/')
}

function refusal({ outcome, retryAfterSeconds }: RequestVerdict, weightPerMinute: number): string {
  if (outcome === 'banned') {
    const untilMs = Date.now() + retryAfterSeconds * 1000
    return `Way too much request weight used; IP banned until ${untilMs}. Please use WebSocket Streams for live updates to avoid bans.`
  }
  return `Too much request weight used; current limit is ${weightPerMinute} request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.`
}

/**
 * Starts a venue that speaks Binance spot on loopback: market streams and REST on one port.
 *
 * @throws the listening error, such as EADDRINUSE.
 */
export async function startBinanceServer(options: BinanceServerOptions): Promise<BinanceServer> {
  const { market, truth, faults, port, ledger = market } = options
  const tuning = { ...binanceTuning, ...options.tuning }
  const { weightPerMinute } = tuning
  const guard = new AddressGuard(tuning, () => performance.now())
  const counts = { messages: 0, idle: 0 }
  const sessions = new Set<BinanceSession>()
  const feeds = openBinanceFeeds({
    market,
    ledger,
    truth,
    tuning,
    congested: () => listener.isCongested
  })

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const address = request.socket.remoteAddress ?? 'unknown'
    const url = URL.parse(request.url ?? '/', 'http://localhost')
    const endpoint = url === null || request.method !== 'GET' ? null : findEndpoint(url.pathname)
    const verdict = guard.request(address, endpoint?.weight(url?.searchParams ?? noQuery) ?? 1)
    const used = String(verdict.usedWeight)
    const headers = { 'x-mbx-used-weight': used, 'x-mbx-used-weight-1m': used }
    if (verdict.outcome !== 'allowed') {
      answerJson(response, {
        status: verdict.outcome === 'banned' ? 418 : 429,
        body: { code: -1003, msg: refusal(verdict, weightPerMinute) },
        headers: { ...headers, 'retry-after': String(verdict.retryAfterSeconds) }
      })
      return
    }
    if (endpoint === null || url === null) {
      response.writeHead(404, headers).end()
      return
    }
    const question = new RestQuestion(url.searchParams)
    const answered = answerBinanceRest({ market, feeds, weightPerMinute }, endpoint, question)
    if (answered.kind === 'ok') answerJson(response, { status: 200, body: answered.body, headers })
    else {
      const { code, message: msg } = answered
      answerJson(response, { status: 400, body: { code, msg }, headers })
    }
  }

  function accept(connection: SimConnection, target: string): BinanceSession {
    const url = URL.parse(target, 'http://localhost') ?? new URL('http://localhost/ws')
    const session = new BinanceSession(connection, {
      market,
      truth,
      tuning,
      feeds: feeds.byKind,
      form: { unit: readTimeUnit(url.searchParams), combined: url.pathname === combinedPath },
      streams: namedStreams(url),
      onCut: () => {
        counts.messages += 1
        guard.cut(connection.address)
      },
      onRefused: () => {
        counts.messages += 1
      },
      onIdle: () => {
        counts.idle += 1
      },
      onClosed: () => {
        sessions.delete(session)
      }
    })
    sessions.add(session)
    return session
  }

  const listener = await VenueListener.open({
    venue: 'binance-spot',
    port,
    upgrades,
    deflate: false,
    maxBufferedBytes: tuning.maxBufferedBytes,
    faults,
    admit: (address) => guard.connect(address),
    accept,
    answer
  }).catch((error: unknown) => {
    feeds.close()
    throw error
  })

  return {
    wsUrl: `ws://127.0.0.1:${listener.port}/ws`,
    restUrl: `http://127.0.0.1:${listener.port}`,
    breaches: () => ({
      connects: guard.refusedConnects,
      messages: counts.messages,
      requests: guard.refusedRequests,
      bans: guard.bans,
      slowConsumers: listener.slowConsumers,
      idle: counts.idle
    }),
    dropConnections: (cut, isMeant) => {
      listener.dropConnections(cut, isMeant)
    },
    announceShutdown: (leadMs) => {
      for (const session of sessions) session.announceShutdown(leadMs)
    },
    close: async () => {
      feeds.close()
      await listener.close()
    }
  }
}

const noQuery = new URLSearchParams()
