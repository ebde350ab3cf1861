import { captureFrames, type FrameMix } from './captured-frames.ts'
import { atLeast, below, report, told, type Figure } from './figure.ts'
import { HelperProcess } from './helper-process.ts'
import type { LedgerQuestion, LedgerTimes } from './ledger-messages.ts'
import { Parsers, PipelineRun, receive, type Received } from './pipeline-run.ts'
import { nanosecondsOf } from './processor-time.ts'
import { instrumentsOf } from './products.ts'
import { spreadOf } from './spread.ts'

/** Figure 1: from the bytes of a frame to candles, beside `JSON.parse` of the same bytes. */

const frameCount = 150_000
const rounds = 9
const ledgerRounds = 4
const helperMs = 120_000

function measure(mix: FrameMix): readonly Figure[] {
  const capture = captureFrames({ mix, frames: frameCount, rate: 1, startMs: Date.now() })
  const frames = receive(capture)
  const instruments = instrumentsOf(capture.instruments)
  const texts = frames.map(({ data }) => data.toString())
  const ours: number[] = []
  const json: number[] = []
  const ratios: number[] = []
  const textRatios: number[] = []
  for (let round = -2; round < rounds; round += 1) {
    const run = new PipelineRun(instruments)
    const parsers = new Parsers(instruments)
    const decode = () => run.take(frames, (frame) => parsers.eventsOf(frame))
    const oursNs = nanosecondsOf(decode, frames.length)
    if (run.trades !== capture.trades || run.candles === 0) {
      throw new Error(`expected ${capture.trades} trades and candles, got ${run.trades}`)
    }
    const jsonNs = nanosecondsOf(() => parseBytes(frames), frames.length)
    const textNs = nanosecondsOf(() => parseTexts(texts), frames.length)
    if (round < 0) continue
    ours.push(oursNs)
    json.push(jsonNs)
    ratios.push(jsonNs / oursNs)
    textRatios.push(textNs / oursNs)
  }
  const of = mix === 'all' ? 'matches, ticker, heartbeat' : 'matches only'
  return [
    atLeast(0.5, { name: `parse + candles ÷ JSON.parse of bytes (${of})`, ...inUnit(ratios, '×') }),
    told({ name: `  ÷ JSON.parse of text in memory already (${of})`, ...inUnit(textRatios, '×') }),
    told({ name: `  a frame to candles (${of})`, ...inUnit(ours, 'ns') }),
    told({ name: `  a frame to JSON (${of})`, ...inUnit(json, 'ns') })
  ]
}

/** What the ledger adds to a pipeline that has none: processes of both kinds in turn, on the same events. */
async function measureLedger(mix: FrameMix): Promise<readonly Figure[]> {
  const withLedger: number[] = []
  const without: number[] = []
  for (let round = 0; round < ledgerRounds; round += 1) {
    withLedger.push(await timePipeline({ mix, hasLedger: true }))
    without.push(await timePipeline({ mix, hasLedger: false }))
  }
  const shareOf = (withNs: number, withoutNs: number) => (withNs / withoutNs - 1) * 100
  const pairs = withLedger.map((ns, round) => shareOf(ns, without[round] ?? NaN))
  const of = mix === 'all' ? 'matches, ticker, heartbeat' : 'matches only'
  return [
    below(10, {
      name: `the ledger adds to the pipeline (${of})`,
      value: shareOf(Math.min(...withLedger), Math.min(...without)),
      unit: '%',
      range: [Math.min(...pairs), Math.max(...pairs)]
    })
  ]
}

/** The quickest round: what is over it was somebody else's. */
async function timePipeline(question: LedgerQuestion): Promise<number> {
  await using helper = new HelperProcess<LedgerQuestion, LedgerTimes>('ledger-cost.ts')
  return Math.min(...(await helper.ask(question, helperMs)).times)
}

function inUnit(values: readonly number[], unit: Figure['unit']) {
  const { median, low, high } = spreadOf(values)
  return { value: median, unit, range: [low, high] as const }
}

/** What is parsed must be looked at, or an optimiser may drop it. */
let seen = 0

function parseBytes(frames: readonly Received[]): void {
  for (const { data } of frames) look(JSON.parse(data.toString()))
}

function parseTexts(texts: readonly string[]): void {
  for (const text of texts) look(JSON.parse(text))
}

function look(parsed: unknown): void {
  if (typeof parsed === 'object' && parsed !== null && 'type' in parsed) seen += 1
}

report([
  ...measure('all'),
  ...measure('matches'),
  ...(await measureLedger('all')),
  ...(await measureLedger('matches'))
])
if (seen === 0) throw new Error('nothing was parsed')
