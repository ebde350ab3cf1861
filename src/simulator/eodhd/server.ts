import type { IncomingMessage, ServerResponse } from 'node:http'
import { seededRandom } from '../../core/market/random.ts'
import { answerJson } from '../http/json-answer.ts'
import { VenueListener } from '../http/venue-listener.ts'
import type { SimVenueOptions, SimVenueServer } from '../market.ts'
import { EodhdKeys } from './keys.ts'
import { answerEodhdRest } from './rest.ts'
import { EodhdSession } from './session.ts'
import { EodhdTradeFeed } from './trade-feed.ts'
import { eodhdTuning, type EodhdTuning } from './tuning.ts'

export type EodhdServerOptions = SimVenueOptions & { readonly tuning?: Partial<EodhdTuning> }

const path = '/ws/us'

/**
 * Starts a venue that speaks EODHD on loopback: the US trade feed and REST on one port. The key goes
 * into the query, `?api_token=`; nothing of it is ever logged.
 *
 * @throws the listening error, such as EADDRINUSE.
 */
export async function startEodhdServer(options: EodhdServerOptions): Promise<SimVenueServer> {
  const { market, truth, faults, port } = options
  const tuning = { ...eodhdTuning, ...options.tuning }
  const keys = new EodhdKeys(tuning.symbolsPerKey)
  const feed = new EodhdTradeFeed({ market, truth, late: tuning.late })
  const random = seededRandom(2)
  const stopListening = market.listen({
    trade: (trade) => {
      feed.trade(trade)
    },
    congested: () => listener.isCongested
  })

  function answer(request: IncomingMessage, response: ServerResponse): void {
    response.setHeader('date', new Date(market.nowMs()).toUTCString())
    const answered = answerEodhdRest(market, keys, urlOf(request.url ?? '/'))
    if ('json' in answered) answerJson(response, { status: answered.status, body: answered.json })
    else response.writeHead(answered.status, { 'content-type': 'text/html' }).end(answered.text)
  }

  const listener = await VenueListener.open({
    venue: 'eodhd',
    port,
    upgrades: (asked) => asked === path,
    deflate: false,
    maxBufferedBytes: tuning.maxBufferedBytes,
    faults,
    admit: () => null,
    accept: (connection, target) => {
      const { from, to } = tuning.authorizeMs
      return new EodhdSession(connection, {
        key: urlOf(target).searchParams.get('api_token') ?? '',
        keys,
        authorizeMs: from + (to - from) * random(),
        join: (joining, symbol) => {
          feed.join(joining, symbol)
        },
        leave: (leaving, symbol) => {
          feed.leave(leaving, symbol)
        }
      })
    },
    answer
  })

  return {
    wsUrl: `ws://127.0.0.1:${listener.port}${path}`,
    restUrl: `http://127.0.0.1:${listener.port}/api`,
    dropConnections: (cut, isMeant) => {
      listener.dropConnections(cut, isMeant)
    },
    close: async () => {
      stopListening()
      feed.close()
      await listener.close()
    }
  }
}

function urlOf(target: string): URL {
  return URL.parse(target, 'http://localhost') ?? new URL('http://localhost/')
}
