import { newYorkMidnight } from '../../scripts/independent-trades.ts'
import { TradeTapeWriter } from '../../src/recordings/trade-tape-writer.ts'
import { capture } from './captures.ts'
import { readLeanTicks } from './lean.ts'

const equities = 'QuantConnect+Lean/D/equity/usa'

/** SPY's trades and minutes of 2013-10-07, as the data vendor has them. */
export const spySession = {
  ticks: capture(`${equities}/tick/spy/20131007_trade.zip`),
  minutes: capture(`${equities}/minute/spy/20131007_trade.zip`),
  date: '20131007'
}

/** Writes that session as a tape of EODHD's, in the order of the file. @returns How many trades. */
export async function writeSpyTape(file: string): Promise<number> {
  const ticks = await readLeanTicks(spySession.ticks)
  const midnightMs = newYorkMidnight(spySession.date)
  const tape = new TradeTapeWriter(file)
  for (const { dayOffsetMs, price, size } of ticks) {
    await tape.write({
      instrument: 'eodhd:SPY',
      eventMs: midnightMs + dayOffsetMs,
      price,
      size,
      side: null,
      id: null,
      conditions: []
    })
  }
  await tape.close()
  return ticks.length
}
