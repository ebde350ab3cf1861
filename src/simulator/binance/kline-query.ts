import type { SimInstrument } from '../market.ts'
import { openOf, readIntervalName, readOffsetMs, shiftOpen } from './kline-interval.ts'
import { klineRows, type KlineSource, type KlineSpan } from './kline-rows.ts'
import { klineArray } from './kline-text.ts'
import { RefusedQuestion, type RestQuestion } from './rest-question.ts'

const usualLimit = 500
const mostLimit = 1000

/** With a start the page goes forward from it; else it holds the newest ones up to the end. */
function spanOf(question: RestQuestion, nowMs: number): KlineSpan {
  const name = readIntervalName(question.text('interval') ?? '')
  if (name === null) throw new RefusedQuestion(-1120, 'Invalid interval.')
  const offsetMs = readOffsetMs(question.text('timeZone') ?? '0')
  if (offsetMs === null) {
    throw new RefusedQuestion(-1100, "Illegal characters found in parameter 'timeZone'.")
  }
  const interval = { name, offsetMs }
  const limit = question.limit(usualLimit, mostLimit)
  const startMs = question.count('startTime')
  const endMs = question.count('endTime')
  const runningMs = openOf(interval, nowMs)
  const lastMs = endMs === null ? runningMs : Math.min(openOf(interval, endMs), runningMs)
  if (startMs === null) return { interval, fromMs: shiftOpen(interval, lastMs, 1 - limit), lastMs }
  const openMs = openOf(interval, startMs)
  const fromMs = openMs < startMs ? shiftOpen(interval, openMs, 1) : openMs
  return { interval, fromMs, lastMs: Math.min(lastMs, shiftOpen(interval, fromMs, limit - 1)) }
}

/**
 * Answers candles, oldest first, those without a trade and the running one included.
 *
 * @throws RefusedQuestion when interval, zone or a time is none.
 */
export function klineAnswer(
  source: KlineSource,
  instrument: SimInstrument,
  question: RestQuestion
): (string | number)[][] {
  const span = spanOf(question, source.market.nowMs())
  if (!(span.fromMs <= span.lastMs)) return []
  return klineRows(source, instrument, span).map(klineArray)
}
