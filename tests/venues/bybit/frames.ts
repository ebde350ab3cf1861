import { bybitLinear, bybitSpot } from '../../../src/venues/bybit/bybit.ts'
import { anInstrument } from '../../support/an-instrument.ts'
import { receivedMs } from '../venue-case.ts'
import type { DocumentedFrame, VenueCase } from '../venue-case.ts'

const page = 'bybit-v5.md'
const symbols = { symbol: 'BTC-USDT', venueSymbol: 'BTCUSDT' }

export const spotBtc = anInstrument({ venue: 'bybit-spot', ...symbols })
export const linearBtc = anInstrument({ venue: 'bybit-linear', ...symbols })

const spotTradeFrame =
  '{"topic":"publicTrade.BTCUSDT","ts":1789997600106,"type":"snapshot","data":[{"i":"2290000000000000001","T":1789997600104,"p":"65114.2","v":"0.00000001","S":"Buy","s":"BTCUSDT","BT":false,"RPI":false,"seq":100}]}'

export const linearTradeFrame =
  '{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1789997600106,"data":[{"T":1789997600104,"s":"BTCUSDT","S":"Sell","v":"0.004","p":"65114.20","L":"MinusTick","i":"11111111-2222-5333-8444-555555555555","BT":false,"RPI":false,"seq":753843954913},{"T":1789997600105,"s":"BTCUSDT","S":"Buy","v":"1","p":"65114.30","L":"PlusTick","i":"11111111-2222-5333-8444-666666666666","BT":false,"RPI":true,"seq":753843954913}]}'

export const linearTickerFrame =
  '{"topic":"tickers.BTCUSDT","type":"snapshot","data":{"symbol":"BTCUSDT","tickDirection":"PlusTick","price24hPcnt":"0.01","lastPrice":"65114.20","prevPrice24h":"64000.00","highPrice24h":"65500.00","lowPrice24h":"63900.00","volume24h":"12345.678","turnover24h":"800000000.5","bid1Price":"65114.20","bid1Size":"1.5","ask1Price":"65114.30","ask1Size":"2.25","preOpenPrice":"","preQty":""},"cs":753843954914,"ts":1789997600200}'

const eventMs = 1_789_997_600_104
const answers: readonly DocumentedFrame[] = [
  {
    name: 'the refusal of a request, with the topic at fault',
    page: `${page}, control messages`,
    frame:
      '{"success":false,"ret_msg":"error:handler not found,topic:publicTrade.BTCUSDT","conn_id":"c","req_id":"r2","op":"subscribe"}',
    expected: {
      kind: 'refused',
      requestId: 'r2',
      scope: 'request',
      code: 'unknown-instrument',
      instruments: [],
      reason: 'error:handler not found,topic:publicTrade.BTCUSDT'
    }
  },
  {
    name: 'the refusal of a topic taken already, without a request id',
    page: `${page}, control messages`,
    frame:
      '{"success":false,"ret_msg":"error:already subscribed,topic:tickers.BTCUSDT","conn_id":"c","req_id":"","op":"subscribe"}',
    expected: {
      kind: 'refused',
      requestId: null,
      scope: 'request',
      code: 'already-subscribed',
      instruments: [],
      reason: 'error:already subscribed,topic:tickers.BTCUSDT'
    }
  },
  {
    name: 'the refusal of too many topics',
    page: `${page}, control messages`,
    frame: '{"success":false,"ret_msg":"args size >10","conn_id":"c","op":"subscribe"}',
    expected: {
      kind: 'refused',
      requestId: null,
      scope: 'request',
      code: 'limit',
      instruments: [],
      reason: 'args size >10'
    }
  },
  {
    name: 'the answer to a ping',
    page: `${page}, pong`,
    frame: '{"success":true,"ret_msg":"pong","conn_id":"c","req_id":"p1","op":"ping"}',
    expected: { kind: 'pong' }
  },
  {
    name: 'a candle we did not ask for',
    page: `${page}, kline`,
    frame: '{"topic":"kline.1.BTCUSDT","data":[],"ts":1789997600106,"type":"snapshot"}',
    expected: { kind: 'ignored', type: 'kline.1' }
  },
  {
    name: 'a channel the sheet does not name',
    page,
    frame: '{"topic":"insurance.BTCUSDT","data":[],"ts":1789997600106,"type":"snapshot"}',
    expected: { kind: 'unknown', type: 'insurance' }
  }
]

/** The same answers, naming the venue's own instrument. */
function answersFor(instrument: typeof spotBtc): readonly DocumentedFrame[] {
  return answers.map((frame) => {
    const { expected } = frame
    if (expected.kind !== 'refused' || !expected.reason.includes('topic:')) return frame
    return { ...frame, expected: { ...expected, instruments: [instrument.id] } }
  })
}

/** Bybit spot as its sheet documents it. */
export const bybitSpotCase: VenueCase = {
  venue: bybitSpot,
  instruments: [spotBtc],
  frames: [
    {
      name: 'an acknowledgement',
      page: `${page}, control messages`,
      frame: '{"success":true,"ret_msg":"subscribe","conn_id":"c","req_id":"r1","op":"subscribe"}',
      expected: { kind: 'acknowledged', requestId: 'r1', subscribed: null }
    },
    {
      name: 'an acknowledgement without a request id',
      page: `${page}, control messages`,
      frame: '{"success":true,"ret_msg":"subscribe","conn_id":"c","op":"unsubscribe"}',
      expected: { kind: 'acknowledged', requestId: null, subscribed: null }
    },
    {
      name: 'a trade whose id is past 2^53',
      page: `${page}, publicTrade`,
      frame: spotTradeFrame,
      expected: {
        kind: 'events',
        events: [
          {
            kind: 'trade',
            instrument: spotBtc.id,
            id: '2290000000000000001',
            eventMs,
            receivedMs,
            price: 65114.2,
            size: 1e-8,
            side: 'buy'
          }
        ]
      }
    },
    {
      name: 'the best bid and ask',
      page: `${page}, orderbook`,
      frame:
        '{"topic":"orderbook.1.BTCUSDT","ts":1789997600110,"type":"snapshot","data":{"s":"BTCUSDT","b":[["65114.2","0.5"]],"a":[["65114.3","0.25"]],"u":7,"seq":101},"cts":1789997600104}',
      expected: {
        kind: 'events',
        events: [
          {
            kind: 'quote',
            instrument: spotBtc.id,
            eventMs,
            receivedMs,
            bid: 65114.2,
            bidSize: 0.5,
            ask: 65114.3,
            askSize: 0.25
          }
        ]
      }
    },
    {
      name: 'a book whose bids are gone',
      page: `${page}, orderbook`,
      frame:
        '{"topic":"orderbook.1.BTCUSDT","ts":1789997600110,"type":"snapshot","data":{"s":"BTCUSDT","b":[],"a":[["65114.3","0.25"]],"u":8,"seq":102},"cts":1789997600104}',
      expected: {
        kind: 'events',
        events: [
          {
            kind: 'quote',
            instrument: spotBtc.id,
            eventMs,
            receivedMs,
            bid: null,
            bidSize: null,
            ask: 65114.3,
            askSize: 0.25
          }
        ]
      }
    },
    {
      name: 'a ticker, which carries no bid and ask',
      page: `${page}, tickers`,
      frame:
        '{"topic":"tickers.BTCUSDT","ts":1789997600104,"type":"snapshot","cs":103,"data":{"symbol":"BTCUSDT","lastPrice":"65114.2","highPrice24h":"65500","lowPrice24h":"63900","prevPrice24h":"64000","volume24h":"12345.678901","turnover24h":"800000000","price24hPcnt":"0.0174","usdIndexPrice":""}}',
      expected: {
        kind: 'events',
        events: [
          {
            kind: 'statistics',
            instrument: spotBtc.id,
            eventMs,
            receivedMs,
            open24h: 64000,
            high24h: 65500,
            low24h: 63900,
            volume24h: 12345.678901
          }
        ]
      }
    },
    ...answersFor(spotBtc)
  ]
}

const linearStamp = { instrument: linearBtc.id, eventMs: 1_789_997_600_200, receivedMs } as const

/** Bybit linear as its sheet documents it. */
export const bybitLinearCase: VenueCase = {
  venue: bybitLinear,
  instruments: [linearBtc],
  frames: [
    {
      name: 'an acknowledgement',
      page: `${page}, control messages`,
      frame: '{"success":true,"ret_msg":"","conn_id":"c","req_id":"r1","op":"subscribe"}',
      expected: { kind: 'acknowledged', requestId: 'r1', subscribed: null }
    },
    {
      name: 'two trades in one frame',
      page: `${page}, publicTrade`,
      frame: linearTradeFrame,
      expected: {
        kind: 'events',
        events: [
          {
            kind: 'trade',
            instrument: linearBtc.id,
            id: '11111111-2222-5333-8444-555555555555',
            eventMs,
            receivedMs,
            price: 65114.2,
            size: 0.004,
            side: 'sell'
          },
          {
            kind: 'trade',
            instrument: linearBtc.id,
            id: '11111111-2222-5333-8444-666666666666',
            eventMs: eventMs + 1,
            receivedMs,
            price: 65114.3,
            size: 1,
            side: 'buy'
          }
        ]
      }
    },
    {
      name: 'a ticker delta before its snapshot',
      page: `${page}, quirks`,
      frame:
        '{"topic":"tickers.BTCUSDT","type":"delta","data":{"symbol":"BTCUSDT","bid1Price":"1.00"},"cs":1,"ts":1789997600100}',
      expected: { kind: 'ignored', type: 'tickers delta before its snapshot' }
    },
    {
      name: 'a ticker snapshot',
      page: `${page}, tickers`,
      frame: linearTickerFrame,
      expected: {
        kind: 'events',
        events: [
          {
            kind: 'quote',
            ...linearStamp,
            bid: 65114.2,
            bidSize: 1.5,
            ask: 65114.3,
            askSize: 2.25
          },
          {
            kind: 'statistics',
            ...linearStamp,
            open24h: 64000,
            high24h: 65500,
            low24h: 63900,
            volume24h: 12345.678
          }
        ]
      }
    },
    {
      name: 'a ticker delta that changes the ask alone',
      page: `${page}, tickers`,
      frame:
        '{"topic":"tickers.BTCUSDT","type":"delta","data":{"symbol":"BTCUSDT","ask1Price":"65114.40","ask1Size":"3"},"cs":753843954915,"ts":1789997600300}',
      expected: {
        kind: 'events',
        events: [
          {
            kind: 'quote',
            ...linearStamp,
            eventMs: 1_789_997_600_300,
            bid: 65114.2,
            bidSize: 1.5,
            ask: 65114.4,
            askSize: 3
          }
        ]
      }
    },
    {
      name: 'a ticker delta of figures we do not keep',
      page: `${page}, tickers`,
      frame:
        '{"topic":"tickers.BTCUSDT","type":"delta","data":{"symbol":"BTCUSDT","markPrice":"65114.31"},"cs":753843954916,"ts":1789997600400}',
      expected: { kind: 'events', events: [] }
    },
    {
      name: 'the liquidation of a long',
      page: `${page}, allLiquidation`,
      frame:
        '{"topic":"allLiquidation.BTCUSDT","type":"snapshot","ts":1789997600500,"data":[{"T":1789997600104,"s":"BTCUSDT","S":"Buy","v":"0.5","p":"64999.9"}]}',
      expected: {
        kind: 'events',
        events: [
          {
            kind: 'liquidation',
            instrument: linearBtc.id,
            eventMs,
            receivedMs,
            position: 'long',
            price: 64999.9,
            size: 0.5
          }
        ]
      }
    },
    ...answersFor(linearBtc)
  ]
}
