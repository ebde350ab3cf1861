import { InstrumentLedger } from '../src/core/market/ledger/instrument-ledger.ts'
import { captureFrames } from './captured-frames.ts'
import { answerQuestions } from './helper-process.ts'
import type { LedgerQuestion, LedgerTimes } from './ledger-messages.ts'
import { Parsers, PipelineRun, receive } from './pipeline-run.ts'
import { nanosecondsOf } from './processor-time.ts'
import { instrumentsOf } from './products.ts'

/** Times the pipeline on events parsed before, with its ledgers or with none: neither ids nor gaps. */

const frameCount = 150_000
const warmRounds = 3
const rounds = 6

function timeRounds({ mix, hasLedger }: LedgerQuestion): LedgerTimes {
  if (!hasLedger) takeLedgersAway()
  const capture = captureFrames({ mix, frames: frameCount, rate: 1, startMs: Date.now() })
  const instruments = instrumentsOf(capture.instruments)
  const parsers = new Parsers(instruments)
  const received = receive(capture).map((frame) => ({
    events: parsers.eventsOf(frame),
    receivedMs: frame.receivedMs
  }))
  const times: number[] = []
  for (let round = -warmRounds; round < rounds; round += 1) {
    const run = new PipelineRun(instruments)
    const ns = nanosecondsOf(() => run.take(received, ({ events }) => events), received.length)
    if (run.trades !== capture.trades) throw new Error('not every trade was taken')
    if (run.hasCoverage !== hasLedger) throw new Error('the ledgers are not as they were asked for')
    if (round >= 0) times.push(ns)
  }
  return { times }
}

/** Of this process only: every trade is new, and nothing is known to be missing. */
function takeLedgersAway(): void {
  Object.assign(InstrumentLedger.prototype, {
    take: () => 'new',
    announce: () => 'known',
    heartbeat: () => 'known',
    alive: () => undefined,
    advance: () => 'known'
  })
}

answerQuestions((question) => Promise.resolve(timeRounds(question as LedgerQuestion)))
