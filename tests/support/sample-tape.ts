import { seededRandom } from '../../src/core/market/random.ts'
import type { SimInstrument, SimTrade } from '../../src/simulator/market.ts'
import { aSimTrade, stubStartMs } from './stub-market.ts'

/**
 * Builds a deterministic tape over the instruments: ids +1 for each, prices that walk, sizes down to
 * one step, some trades in the same millisecond.
 */
export function sampleTape(instruments: readonly SimInstrument[], count: number): SimTrade[] {
  const random = seededRandom(20_260_902)
  const lastIds = new Map<SimInstrument, number>()
  let sequence = 135_437_581_000
  let eventMs = stubStartMs
  return Array.from(new Array(count).keys(), () => {
    const instrument = instruments[Math.floor(random() * instruments.length)] ?? instruments[0]
    if (instrument === undefined) throw new Error('a tape needs an instrument')
    const id = (lastIds.get(instrument) ?? 1_087_540_000) + 1
    lastIds.set(instrument, id)
    sequence += 1 + Math.floor(random() * 50)
    eventMs += Math.floor(random() * 3) * 0.25
    const { priceDigits, sizeDigits } = instrument
    const priceText = (50 + random() * 70_000).toFixed(priceDigits)
    const sizeText = (10 ** -sizeDigits * (1 + Math.floor(random() ** 6 * 1e6))).toFixed(sizeDigits)
    return aSimTrade({
      instrument: instrument.id,
      id,
      textId:
        instrument.venue === 'bybit-spot'
          ? String(2_280_000_001_739_000_000n + BigInt(sequence))
          : `a9188a0a-82bc-50de-be60-${sequence.toString(16).padStart(12, '0')}`,
      eventMs,
      price: Number(priceText),
      priceText,
      size: Number(sizeText),
      sizeText,
      takerSide: random() < 0.5 ? 'buy' : 'sell',
      sequence
    })
  })
}
