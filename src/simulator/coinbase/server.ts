import type { IncomingMessage, ServerResponse } from 'node:http'
import type { LimitedVenueServer } from '../http/breaches.ts'
import { answerJson } from '../http/json-answer.ts'
import { RateGate } from '../http/rate-gate.ts'
import { VenueListener } from '../http/venue-listener.ts'
import type { SimVenueOptions } from '../market.ts'
import { CoinbaseBookFeed } from './book-feed.ts'
import { CoinbaseFrames } from './frames.ts'
import { createIsoMicros } from './iso-micros.ts'
import { answerCoinbaseRest } from './rest.ts'
import { CoinbaseSession } from './session.ts'
import { HeartbeatFeed, StatusFeed } from './timed-feeds.ts'
import { MatchesFeed, TickerBatchFeed, TickerFeed } from './trade-feeds.ts'
import { coinbaseTuning, type CoinbaseTuning } from './tuning.ts'

export type CoinbaseServerOptions = SimVenueOptions & { readonly tuning?: Partial<CoinbaseTuning> }

/**
 * Starts a venue that speaks Coinbase Exchange on loopback: public WebSocket feed and REST on one port.
 *
 * @throws the listening error, such as EADDRINUSE.
 */
export async function startCoinbaseServer(
  options: CoinbaseServerOptions
): Promise<LimitedVenueServer> {
  const { market, truth, faults, port } = options
  const tuning = { ...coinbaseTuning, ...options.tuning }
  const clock = () => performance.now()
  const gates = {
    connects: new RateGate(tuning.connects, clock),
    messages: new RateGate(tuning.messages, clock),
    requests: new RateGate(tuning.requests, clock)
  }
  let idle = 0

  const iso = createIsoMicros()
  const frames = new CoinbaseFrames(iso)
  const timed = (everyMs: number) => ({ market, frames, everyMs })
  const feeds = {
    matches: new MatchesFeed({ market, frames, truth }),
    ticker: new TickerFeed({ market, frames }),
    ticker_batch: new TickerBatchFeed(timed(tuning.tickerBatchMs)),
    heartbeat: new HeartbeatFeed(timed(tuning.heartbeatMs)),
    level2_batch: new CoinbaseBookFeed(timed(tuning.bookMs))
  }
  const status = new StatusFeed(timed(tuning.statusMs))
  const stopListening = market.listen({
    // The ticker goes first: what it holds back from before must precede this match.
    trade(trade) {
      feeds.ticker.trade(trade)
      feeds.matches.trade(trade)
      feeds.ticker_batch.trade(trade)
      feeds.level2_batch.moved(trade.instrument)
    },
    quote(instrument) {
      feeds.level2_batch.moved(instrument)
    },
    congested: () => listener.isCongested
  })
  const closeFeeds = () => {
    stopListening()
    for (const feed of [...Object.values(feeds), status]) feed.close()
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const address = request.socket.remoteAddress ?? 'unknown'
    if (gates.requests.take(address) === 'allowed') {
      answerJson(response, answerCoinbaseRest({ market, iso }, request))
    } else answerJson(response, { status: 429, body: { message: 'Public rate limit exceeded' } })
  }

  const listener = await VenueListener.open({
    venue: 'coinbase',
    port,
    upgrades: (asked) => asked === '/',
    deflate: true,
    maxBufferedBytes: tuning.maxBufferedBytes,
    faults,
    admit: (address) => (gates.connects.take(address) === 'allowed' ? null : 429),
    accept: (connection) =>
      new CoinbaseSession(connection, {
        market,
        truth,
        frames,
        tuning,
        messageGate: gates.messages,
        feeds,
        status,
        onIdle: () => {
          idle += 1
        }
      }),
    answer
  }).catch((error: unknown) => {
    closeFeeds()
    throw error
  })

  return {
    wsUrl: `ws://127.0.0.1:${listener.port}`,
    restUrl: `http://127.0.0.1:${listener.port}`,
    breaches: () => ({
      connects: gates.connects.breaches,
      messages: gates.messages.breaches,
      requests: gates.requests.breaches,
      bans: gates.requests.bans,
      slowConsumers: listener.slowConsumers,
      idle
    }),
    dropConnections: (cut, isMeant) => {
      listener.dropConnections(cut, isMeant)
    },
    close: async () => {
      closeFeeds()
      await listener.close()
    }
  }
}
