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
const ledgerPairs = 5
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

/** What the ledger adds to a pipeline that has none: processes of both kinds in turn, on the same frames. */
async function measureLedger(mix: FrameMix): Promise<readonly Figure[]> {
  const pairs: { readonly with: LedgerTimes; readonly without: LedgerTimes }[] = []
  for (let pair = 0; pair < ledgerPairs; pair += 1) {
    const withLedger = await timePipeline({ mix, hasLedger: true })
    pairs.push({ with: withLedger, without: await timePipeline({ mix, hasLedger: false }) })
  }
  const addedTo = (from: keyof LedgerTimes) => {
    const quickest = (side: 'with' | 'without') =>
      Math.min(...pairs.map((pair) => pair[side][from]))
    const shares = pairs.map((pair) => percentOver(pair.with[from], pair.without[from]))
    const value = percentOver(quickest('with'), quickest('without'))
    return { value, unit: '%', range: [Math.min(...shares), Math.max(...shares)] } as const
  }
  const of = mix === 'all' ? 'matches, ticker, heartbeat' : 'matches only'
  return [
    below(10, { name: `the ledger adds to a frame's way (${of})`, ...addedTo('fromFrames') }),
    told({ name: `  of it to the way of parsed events (${of})`, ...addedTo('fromEvents') })
  ]
}

function percentOver(value: number, base: number): number {
  return (value / base - 1) * 100
}

async function timePipeline(question: LedgerQuestion): Promise<LedgerTimes> {
  await using helper = new HelperProcess<LedgerQuestion, LedgerTimes>('ledger-cost.ts')
  return await helper.ask(question, helperMs)
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
