import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CcxtQuestion, CcxtRead } from './ccxt-messages.ts'
import { EngineHost, engineConfig } from './engine-host.ts'
import { atLeast, atMost, report, told } from './figure.ts'
import { HelperProcess } from './helper-process.ts'
import { peakMemoryMb } from './process-load.ts'
import type { Blasted, SenderQuestion, SenderReady, Subscribed } from './sender-messages.ts'
import { openStoredRows } from './stored-rows.ts'
import { spreadOf } from './spread.ts'
import { wallMs } from './wall-clock.ts'

/** Figure 2: frames of 22 sockets to committed trades and candles, beside ccxt, which stores nothing. */

const rounds = 3
const frames = 800_000
/** Times the usual activity of the simulated market: 56,000 trades in a second of its time. */
const rate = 100
const helperMs = 120_000
const commitMs = 60_000
const pollMs = 4
const intervals = ['1s', '1m', '100t']

type Sender = HelperProcess<SenderQuestion, SenderReady & Subscribed & Blasted>
type Round = { readonly perSecond: number; readonly lost: number; readonly rssMb: number }

async function readByEngine(
  sender: Sender,
  ready: SenderReady
): Promise<Round & { readonly shards: Subscribed['shards'] }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tapedeck-bench-'))
  const nothing = { snapshot: () => undefined, delta: () => undefined }
  const engine = await EngineHost.start(
    engineConfig({ dataDir, endpoints: ready, intervals }),
    nothing
  )
  try {
    const { shards } = await sender.ask({ kind: 'subscribed' }, helperMs)
    const blasted = sender.ask({ kind: 'blast' }, helperMs)
    const committedMs = await untilCommitted(join(dataDir, 'tapedeck.db'), ready.trades)
    const { startMs } = await blasted
    const rssMb = peakMemoryMb(engine.pid)
    await engine.stop()
    const lost = countLost(join(dataDir, 'tapedeck.db'), ready.trades)
    return { perSecond: perSecond(ready.trades, committedMs - startMs), lost, rssMb, shards }
  } finally {
    await engine.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** Epoch ms at which a reader of the file first sees the last trade. */
async function untilCommitted(file: string, trades: number): Promise<number> {
  using reader = openStoredRows(file)
  const newest = reader.database
    .prepare<[], number>('SELECT last_arrival FROM run ORDER BY id DESC LIMIT 1')
    .pluck()
  const deadlineMs = performance.now() + commitMs
  while ((newest.get() ?? -1) < trades - 1) {
    if (performance.now() > deadlineMs) break
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
  return wallMs()
}

/** Trades that are not stored, or stand in no candle of some interval. */
function countLost(file: string, trades: number): number {
  using reader = openStoredRows(file)
  const count = (sql: string) => reader.database.prepare<[], number>(sql).pluck().get() ?? 0
  const inCandles = (interval: string) =>
    count(`SELECT sum(trades) FROM v_candle WHERE interval = '${interval}'`)
  const counts = [count('SELECT count(*) FROM v_trade'), ...intervals.map(inCandles)]
  return Math.max(...counts.map((counted) => Math.abs(trades - counted)))
}

async function readByCcxt(
  sender: Sender,
  ready: SenderReady,
  shards: Subscribed['shards']
): Promise<Round> {
  await using ccxt = new HelperProcess<CcxtQuestion, CcxtRead>('ccxt-reader.ts')
  const { wsUrl, restUrl, trades } = ready
  await ccxt.ask({ kind: 'watch', wsUrl, restUrl, shards }, helperMs)
  await sender.ask({ kind: 'subscribed' }, helperMs)
  const blasted = sender.ask({ kind: 'blast' }, helperMs)
  const { received, lastMs, rssMb } = await ccxt.ask({ kind: 'finish', trades }, helperMs)
  const { startMs } = await blasted
  return { perSecond: perSecond(received, lastMs - startMs), lost: trades - received, rssMb }
}

function perSecond(count: number, ms: number): number {
  return (count * 1_000) / ms
}

await using sender: Sender = new HelperProcess('sender.ts')
const ready = await sender.ask({ kind: 'listen', frames, rate }, helperMs)
const ours: Round[] = []
const theirs: Round[] = []
for (let round = 0; round < rounds; round += 1) {
  const { shards, ...read } = await readByEngine(sender, ready)
  ours.push(read)
  theirs.push(await readByCcxt(sender, ready, shards))
  process.stderr.write(
    `  round ${round + 1}: ${ours.at(-1)?.perSecond.toFixed(0)}/s, ccxt ${theirs.at(-1)?.perSecond.toFixed(0)}/s\n`
  )
}
const ratios = spreadOf(ours.map(({ perSecond: own }, at) => own / (theirs[at]?.perSecond ?? NaN)))
const inRange = ({ low, high }: { low: number; high: number }) => [low, high] as const
const ownRate = spreadOf(ours.map((round) => round.perSecond))
const ccxtRate = spreadOf(theirs.map((round) => round.perSecond))
report([
  atLeast(2.5, {
    name: 'frames to committed trades and candles ÷ ccxt streaming',
    value: ratios.median,
    unit: '×',
    range: inRange(ratios)
  }),
  atMost(0, {
    name: 'trades lost on the way (of every round, to rows and each interval)',
    value: Math.max(...ours.map(({ lost }) => lost)),
    unit: 'trades'
  }),
  told({ name: '  trades committed', value: ownRate.median, unit: '/s', range: inRange(ownRate) }),
  told({
    name: '  trades received by ccxt',
    value: ccxtRate.median,
    unit: '/s',
    range: inRange(ccxtRate)
  }),
  told({
    name: '  trades ccxt did not hand out',
    value: Math.max(...theirs.map(({ lost }) => lost)),
    unit: 'trades'
  }),
  told({
    name: '  memory of the engine, at most',
    value: Math.max(...ours.map(({ rssMb }) => rssMb)),
    unit: 'MB'
  }),
  told({
    name: '  memory of ccxt',
    value: Math.max(...theirs.map(({ rssMb }) => rssMb)),
    unit: 'MB'
  })
])
