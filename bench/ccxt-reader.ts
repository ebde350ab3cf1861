import CcxtCoinbase from '../node_modules/ccxt/js/src/pro/coinbaseexchange.js'
import { answerQuestions } from './helper-process.ts'
import type { CcxtQuestion, CcxtRead } from './ccxt-messages.ts'
import { wallMs } from './wall-clock.ts'

/** ccxt's streaming client at its usual work: every trade of every symbol, handed to its user. */

/** Without a trade for so long, the rest will not come; the first may take longer. */
const silenceMs = 5_000
const firstMs = 60_000
const pollMs = 20

let received = 0
let lastMs = 0
let failure: Error | null = null

async function watch(client: CcxtCoinbase, symbol: string): Promise<void> {
  for (;;) {
    const trades = await client.watchTrades(symbol)
    received += trades.length
    lastMs = wallMs()
  }
}

function createClient(question: CcxtQuestion & { kind: 'watch' }): CcxtCoinbase {
  const client = new CcxtCoinbase()
  const { restUrl, wsUrl } = question
  client.urls['api'] = { public: restUrl, private: restUrl, ws: wsUrl }
  // Two of the pairs would become one by its renaming of currencies.
  client.commonCurrencies = {}
  client.newUpdates = true
  return client
}

async function start(question: CcxtQuestion & { kind: 'watch' }): Promise<void> {
  let first: CcxtCoinbase | null = null
  for (const shard of question.shards) {
    const client = createClient(question)
    await client.loadHttpProxyAgent()
    if (first === null) await client.loadMarkets()
    else client.setMarkets(first.markets)
    first ??= client
    for (const product of shard) {
      watch(client, product.replace('-', '/')).catch((error: unknown) => {
        failure = error instanceof Error ? error : new Error('ccxt gave up')
      })
    }
  }
}

async function finish(expected: number): Promise<CcxtRead> {
  const startMs = wallMs()
  const isOver = () => (lastMs === 0 ? wallMs() - startMs > firstMs : wallMs() - lastMs > silenceMs)
  while (received < expected && !isOver()) {
    if (failure !== null) throw failure
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
  return { received, lastMs, rssMb: process.memoryUsage().rss / 1_048_576 }
}

answerQuestions(async (asked) => {
  const question = asked as CcxtQuestion
  if (question.kind === 'finish') return finish(question.trades)
  await start(question)
  return {}
})
