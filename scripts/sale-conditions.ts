/**
 * Sale conditions of LEAN's equity ticks, by bit; from `TradeConditionFlags.cs` of QuantConnect/Lean,
 * read 2026-11-26.
 */
const names: readonly string[] = [
  'Regular',
  'Cash',
  'NextDay',
  'Seller',
  'YellowFlag',
  'IntermarketSweep',
  'OpeningPrints',
  'ClosingPrints',
  'ReOpeningPrints',
  'DerivativelyPriced',
  'FormT',
  'Sold',
  'Stopped',
  'ExtendedHours',
  'OutOfSequence',
  'Split',
  'Acquisition',
  'Bunched',
  'StockOption',
  'Distribution',
  'AveragePrice',
  'Cross',
  'PriceVariation',
  'Rule155',
  'OfficialClose',
  'PriorReferencePrice',
  'OfficialOpen',
  'CapElection',
  'AutoExecution',
  'TradeThroughExempt',
  'Undocumented',
  'OddLot'
]

/** Lists the conditions of one trade. @param flags Hexadecimal, as the archive writes them. */
export function saleConditions(flags: string): readonly string[] {
  const bits = BigInt(`0x${flags}`)
  return names.filter((...[, bit]) => ((bits >> BigInt(bit)) & 1n) === 1n)
}
