import { capture } from './captures.ts'

const equities = 'QuantConnect+Lean/D/equity/usa'

/** SPY's trades and minutes of 2013-10-07, as the data vendor has them. */
export const spySession = {
  ticks: capture(`${equities}/tick/spy/20131007_trade.zip`),
  minutes: capture(`${equities}/minute/spy/20131007_trade.zip`)
}
