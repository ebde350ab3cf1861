import { describe, expect, test } from 'vitest'
import { candleShape, gapShape, incidentShape, listShape } from '../../../src/contracts/shapes.ts'
import type { Query, QueryResult, ServerMessage } from '../../../src/contracts/state-stream.ts'
import { answerRoute } from '../../../src/service/http/routes.ts'
import { StreamRelay } from '../../../src/service/stream-relay.ts'
import { aGap } from '../../support/a-gap.ts'
import { anIncident } from '../../support/an-incident.ts'
import { aCandle } from '../../support/candles.ts'
import { anInstrumentRow } from '../../support/rows.ts'

const startMs = 1_790_000_000_000
const candles = [1, 4].map((at) => {
  const openMs = startMs + at * 1_000
  return aCandle({ openMs, closeMs: openMs + 1_000, close: at, state: 'complete', final: true })
})
const sealedMs = startMs + 5_600
const lost = {
  ...aGap({ fromMs: startMs + 2_100, toMs: startMs + 2_300 }),
  state: 'lost' as const,
  reason: 'the venue serves no older trades'
}

describe('GET /gaps', () => {
  test('gives the gaps of all instruments, or of one, in the documented shape', async () => {
    const asked: Query[] = []
    const body = await ask('/gaps?limit=7', asked)
    expect(listShape(gapShape.strict()).parse(body).items).toEqual([
      {
        type: 'gap',
        instrument: 'coinbase:BTC-USD',
        fromMs: startMs + 2_100,
        toMs: startMs + 2_300,
        state: 'lost',
        cause: 'missing-ids',
        reason: 'the venue serves no older trades',
        missedTrades: 4,
        source: null
      }
    ])
    await ask('/gaps?instrument=BTC-USD&from=5', asked)
    expect(asked).toEqual([
      { name: 'gaps', instrument: null, fromMs: null, toMs: null, limit: 7 },
      { name: 'gaps', instrument: 'coinbase:BTC-USD', fromMs: 5, toMs: null, limit: 500 }
    ])
  })

  test('refuses an instrument that is not collected', async () => {
    await expect(ask('/gaps?instrument=NOPE-USD')).rejects.toMatchObject({
      status: 404,
      parameter: 'instrument'
    })
  })
})

describe('GET /candles?fill=true', () => {
  const path = '/candles?instrument=BTC-USD&interval=1s'

  test('gives every slot from the first price to the newest that is known', async () => {
    const body = await ask(`${path}&fill=true`)
    expect(states(body)).toEqual([
      [1, 1, 'complete'],
      [2, 1, 'lost'],
      [3, 1, 'quiet'],
      [4, 4, 'complete'],
      [5, 4, 'unproven']
    ])
  })

  test('gives the newest of a range, with the close carried in from before it', async () => {
    const from = startMs + 2_000
    expect(states(await ask(`${path}&fill=true&from=${from}&to=${from + 2_000}`))).toEqual([
      [2, 1, 'lost'],
      [3, 1, 'quiet']
    ])
    expect(states(await ask(`${path}&fill=true&limit=2`)).map(([at]) => at)).toEqual([4, 5])
    expect(states(await ask(`${path}&fill=true&from=${startMs + 60_000}`))).toEqual([])
  })

  test('leaves slots out when it is not asked for', async () => {
    expect(states(await ask(path)).map(([at]) => at)).toEqual([1, 4])
    expect(states(await ask(`${path}&fill=false`)).map(([at]) => at)).toEqual([1, 4])
  })

  test.each([
    ['/candles?instrument=BTC-USD&interval=100t&fill=true', 'fill needs a time interval'],
    [`${path}&fill=yes`, 'fill must be true or false']
  ])('refuses %s in words', async (bad, words) => {
    const failed = ask(bad)
    await expect(failed).rejects.toMatchObject({ status: 400, parameter: 'fill' })
    await expect(failed).rejects.toThrow(words)
  })
})

describe('GET /incidents', () => {
  test('hands on what is asked, and answers with the shape of an outage', async () => {
    const asked: Query[] = []
    const body = await ask('/incidents?venue=coinbase&from=1000&to=2000&limit=7', asked)
    expect(asked).toEqual([
      { name: 'incidents', venue: 'coinbase', fromMs: 1_000, toMs: 2_000, limit: 7 }
    ])
    const { items } = listShape(incidentShape.strict()).parse(body)
    expect(items).toMatchObject([{ type: 'incident', id: '4-2', recoverMs: 80 }])
  })

  test('asks for the newest hundred of all venues unless told otherwise', async () => {
    const asked: Query[] = []
    await ask('/incidents', asked)
    const everything = { name: 'incidents', venue: null, fromMs: null, toMs: null, limit: 100 }
    expect(asked).toEqual([everything])
  })

  test.each([
    ['/incidents?limit=1001', 'limit'],
    ['/incidents?from=2000&to=1000', 'from'],
    ['/incidents?instrument=coinbase:BTC-USD', 'instrument']
  ])('refuses %s, naming %s', async (path, parameter) => {
    await expect(ask(path)).rejects.toMatchObject({ status: 400, parameter })
  })
})

function states(body: unknown): (string | number)[][] {
  const { items } = listShape(candleShape.strict()).parse(body)
  return items.map(({ openMs, close, state }) => [(openMs - startMs) / 1_000, close, state])
}

async function ask(path: string, asked: Query[] = []): Promise<unknown> {
  const answer = await answerRoute(new URL(path, 'http://127.0.0.1'), {
    relay: aRelay((query) => {
      asked.push(query)
      return answerTo(query)
    }),
    nowMs: () => startMs
  })
  return answer?.body
}

/** An engine with two candles, and a lost gap on coverage that is sealed up to the middle of a second. */
function answerTo(query: Query): QueryResult {
  const fromMs = query.fromMs ?? -Infinity
  const toMs = query.toMs ?? Infinity
  switch (query.name) {
    case 'candles': {
      const found = candles.filter(({ openMs }) => openMs >= fromMs && openMs < toMs)
      return { name: 'candles', candles: found.slice(-query.limit), complete: true }
    }
    case 'ledger': {
      const ranges = [
        { fromMs: startMs, toMs: startMs + 2_100, state: 'complete' as const, gap: null },
        { fromMs: startMs + 2_100, toMs: startMs + 2_301, state: 'lost' as const, gap: lost },
        { fromMs: startMs + 2_301, toMs: sealedMs, state: 'complete' as const, gap: null }
      ]
      return { name: 'ledger', ranges: ranges.slice(-query.limit) }
    }
    case 'gaps':
      return { name: 'gaps', gaps: [lost] }
    case 'incidents':
      return { name: 'incidents', incidents: [anIncident({ id: '4-2' })] }
    case 'trades':
      return { name: 'trades', trades: [] }
  }
}

function aRelay(answer: (query: Query) => QueryResult): StreamRelay {
  const relay = new StreamRelay()
  let deliver: (message: ServerMessage) => void = () => undefined
  relay.connect({
    send: (message) => {
      if (message.kind !== 'query') return
      const { requestId, query } = message
      deliver({ kind: 'reply', requestId, result: answer(query), error: null })
    },
    onMessage: (listener) => {
      deliver = listener
    },
    onClose: () => undefined,
    close: () => undefined
  })
  relay.publisher.put('instruments', anInstrumentRow())
  return relay
}
