import { InstrumentLedger } from '../src/core/market/ledger/instrument-ledger.ts'
import { captureFrames } from './captured-frames.ts'
import { answerQuestions } from './helper-process.ts'
import type { LedgerQuestion, LedgerTimes } from './ledger-messages.ts'
import { Parsers, PipelineRun, receive } from './pipeline-run.ts'
import { nanosecondsOf } from './processor-time.ts'
import { instrumentsOf } from './products.ts'

/** Times the pipeline, from frames and from events parsed before, with its ledgers or with none: neither ids nor gaps. */

const frameCount = 150_000
const warmRounds = 3
const rounds = 12

function timeRounds({ mix, hasLedger }: LedgerQuestion): LedgerTimes {
  if (!hasLedger) takeLedgersAway()
  const capture = captureFrames({ mix, frames: frameCount, rate: 1, startMs: Date.now() })
  const instruments = instrumentsOf(capture.instruments)
  const frames = receive(capture)
  const parsers = new Parsers(instruments)
  const parsed = frames.map((frame) => ({
    events: parsers.eventsOf(frame),
    receivedMs: frame.receivedMs
  }))
  const timeOnce = (take: (run: PipelineRun) => void): number => {
    const run = new PipelineRun(instruments)
    const ns = nanosecondsOf(() => take(run), frames.length)
    if (run.trades !== capture.trades) throw new Error('not every trade was taken')
    if (run.hasCoverage !== hasLedger) throw new Error('the ledgers are not as they were asked for')
    return ns
  }
  let fromFrames = Infinity
  let fromEvents = Infinity
  for (let round = -warmRounds; round < rounds; round += 1) {
    const fresh = new Parsers(instruments)
    const ofFrames = timeOnce((run) => run.take(frames, (frame) => fresh.eventsOf(frame)))
    const ofEvents = timeOnce((run) => run.take(parsed, ({ events }) => events))
    if (round < 0) continue
    fromFrames = Math.min(fromFrames, ofFrames)
    fromEvents = Math.min(fromEvents, ofEvents)
  }
  return { fromFrames, fromEvents }
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
