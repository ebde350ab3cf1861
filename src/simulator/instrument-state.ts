import { bestLevel, buildLevels, type TopOfBook } from './book-levels.ts'
import type { InstrumentHistory } from './instrument-history.ts'
import type { SimLevel, SimState } from './market.ts'

const daysOf30 = 30

/** What a state is made of. */
export type StateSource = {
  readonly top: TopOfBook
  readonly history: InstrumentHistory
  readonly nowMs: number
  /** Base units traded in a usual day; 0 where nobody knows. */
  readonly usualDayVolume: number
}

/** Shows the market of one instrument; texts and levels are only made when somebody reads them. */
export function buildState({ top, history, nowMs, usualDayVolume }: StateSource): SimState {
  const { priceDigits, sizeDigits } = top.instrument
  const { lastTrade } = history
  const day = () => history.day(nowMs) ?? { open: 0, high: 0, low: 0, volume: 0 }
  return {
    lastTrade,
    sequence: lastTrade?.sequence ?? 0,
    get bid(): SimLevel {
      return bestLevel(top, 'bid', nowMs)
    },
    get ask(): SimLevel {
      return bestLevel(top, 'ask', nowMs)
    },
    get bids(): readonly SimLevel[] {
      return buildLevels(top, 'bid', nowMs)
    },
    get asks(): readonly SimLevel[] {
      return buildLevels(top, 'ask', nowMs)
    },
    get open24hText() {
      return day().open.toFixed(priceDigits)
    },
    get high24hText() {
      return day().high.toFixed(priceDigits)
    },
    get low24hText() {
      return day().low.toFixed(priceDigits)
    },
    get volume24hText() {
      return day().volume.toFixed(sizeDigits)
    },
    get volume30dText() {
      return (day().volume + (daysOf30 - 1) * usualDayVolume).toFixed(sizeDigits)
    },
    get openInterestText() {
      const traded = day().volume
      return (usualDayVolume * 0.6 + traded * 0.05).toFixed(sizeDigits)
    }
  }
}
