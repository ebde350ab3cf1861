import { parseArgs } from 'node:util'
import Database from 'better-sqlite3'
import { computeCandles } from './independent-candles.ts'
import { readLeanRows, readTrades } from './independent-trades.ts'
import { saleConditions } from './sale-conditions.ts'

const fields = ['open', 'high', 'low', 'close', 'volume'] as const
const priceFields = ['open', 'high', 'low', 'close'] as const
const minuteMs = 60_000

type Minute = Readonly<Record<(typeof fields)[number], number>>
type Tick = {
  readonly price: number
  readonly size: number
  readonly conditions: readonly string[]
}

/** What became of the minutes that hold a sale condition. */
type ConditionRow = {
  readonly condition: string
  readonly trades: number
  readonly equal: number
  readonly unequal: number
  /** Values of ours that differ from the vendor's and were made by trades with this condition only. */
  readonly made: number
}

/** How minutes compare with the data vendor's. */
type Comparison = {
  readonly minutes: number
  readonly equal: number
  readonly equalVolume: number
  /** Minutes that only one side has. */
  readonly unmatched: number
  /** By condition, most trades first. */
  readonly conditions: readonly ConditionRow[]
  /** Minutes whose prices stay unequal once sweeps and exempt trades of regular hours are left out of prices. */
  readonly unexplained: readonly { readonly openMs: number; readonly fields: readonly string[] }[]
}

/**
 * Compares 1-minute candles with the vendor's own.
 *
 * @param of.ours By open time, epoch ms.
 */
export function compareMinutes(of: {
  readonly ticks: string
  readonly minutes: string
  readonly ours: ReadonlyMap<number, Minute>
}): Comparison {
  const ticks = readTicks(of.ticks)
  const theirs = readMinutes(of.minutes)
  const conditions = new Map<string, { -readonly [Key in keyof ConditionRow]: ConditionRow[Key] }>()
  const unexplained: { openMs: number; fields: readonly string[] }[] = []
  let equal = 0
  let equalVolume = 0
  for (const [openMs, minute] of theirs) {
    const mine = of.ours.get(openMs)
    if (mine === undefined) continue
    const differing = differences(mine, minute, fields)
    if (differing.length === 0) equal += 1
    if (mine.volume === minute.volume) equalVolume += 1
    const inside = ticks.get(openMs) ?? []
    for (const condition of new Set(inside.flatMap((tick) => tick.conditions))) {
      const row = conditions.get(condition) ?? emptyRow(condition)
      conditions.set(condition, row)
      row.trades += inside.filter((tick) => tick.conditions.includes(condition)).length
      if (differing.length === 0) row.equal += 1
      else row.unequal += 1
      const made = differing.filter((field) => isMadeBy(condition, field, inside))
      row.made += made.length
    }
    const left = differences(priceOf(inside.filter(isPriced)), minute, priceFields)
    if (left.length > 0) unexplained.push({ openMs, fields: left })
  }
  const unmatched =
    [...theirs.keys()].filter((openMs) => !of.ours.has(openMs)).length +
    [...of.ours.keys()].filter((openMs) => !theirs.has(openMs)).length
  return {
    minutes: theirs.size,
    equal,
    equalVolume,
    unmatched,
    conditions: [...conditions.values()].sort((a, b) => b.trades - a.trades),
    unexplained
  }
}

function readTicks(file: string): ReadonlyMap<number, Tick[]> {
  const { midnightMs, rows } = readLeanRows(file)
  const ticks = rows.map(([offsetMs, tenThousandths, size, , flags = '0']) => ({
    openMs: midnightMs + Math.floor(Number(offsetMs) / minuteMs) * minuteMs,
    price: Number(tenThousandths) / 10_000,
    size: Number(size),
    conditions: saleConditions(flags)
  }))
  return Map.groupBy(ticks, ({ openMs }) => openMs)
}

function readMinutes(file: string): ReadonlyMap<number, Minute> {
  const { midnightMs, rows } = readLeanRows(file)
  return new Map(
    rows.map(([offsetMs, open, high, low, close, volume]) => [
      midnightMs + Number(offsetMs),
      {
        open: Number(open) / 10_000,
        high: Number(high) / 10_000,
        low: Number(low) / 10_000,
        close: Number(close) / 10_000,
        volume: Number(volume)
      }
    ])
  )
}

function emptyRow(condition: string) {
  return { condition, trades: 0, equal: 0, unequal: 0, made: 0 }
}

/** The vendor takes no price of sweeps and exempt trades in regular hours; their size counts. */
function isPriced({ conditions }: Tick): boolean {
  if (conditions.includes('ExtendedHours')) return true
  return !conditions.includes('IntermarketSweep') && !conditions.includes('TradeThroughExempt')
}

function isMadeBy(
  condition: string,
  field: (typeof fields)[number],
  inside: readonly Tick[]
): boolean {
  if (field === 'volume') return false
  const value = priceOf(inside)?.[field]
  const makers =
    field === 'open'
      ? inside.slice(0, 1)
      : field === 'close'
        ? inside.slice(-1)
        : inside.filter(({ price }) => price === value)
  return makers.every(({ conditions }) => conditions.includes(condition))
}

function priceOf(ticks: readonly Tick[]): Omit<Minute, 'volume'> | null {
  const [first] = ticks
  const last = ticks.at(-1)
  if (first === undefined || last === undefined) return null
  const prices = ticks.map(({ price }) => price)
  return {
    open: first.price,
    high: prices.reduce((high, price) => Math.max(high, price)),
    low: prices.reduce((low, price) => Math.min(low, price)),
    close: last.price
  }
}

function differences<Field extends (typeof fields)[number]>(
  mine: Readonly<Record<Field, number>> | null,
  theirs: Minute,
  names: readonly Field[]
): readonly Field[] {
  return names.filter((name) => mine?.[name] !== theirs[name])
}

/** Reads stored 1-minute candles of an instrument, by SQL. */
export function storedMinutes(file: string, instrument: string): ReadonlyMap<number, Minute> {
  const database = new Database(file, { readonly: true, fileMustExist: true })
  try {
    const rows = database
      .prepare<[string], Minute & { readonly open_ms: number }>(
        `SELECT open_ms, open, high, low, close, volume FROM v_candle
         WHERE interval = '1m' AND instrument = ?`
      )
      .all(instrument)
    return new Map(rows.map((row) => [row.open_ms, row]))
  } finally {
    database.close()
  }
}

function computedMinutes(ticks: string): ReadonlyMap<number, Minute> {
  const candles = computeCandles(readTrades(ticks), '1m', 'regular')
  return new Map(candles.map((candle) => [candle.openMs, candle]))
}

/**
 * Prints how 1-minute candles compare with the data vendor's own, by sale condition.
 *
 *   node scripts/compare-vendor-minutes.ts TICKS.zip MINUTES.zip [--database tapedeck.db]
 *
 * Ours are the stored candles of the database, else those of the independent computation.
 */
function main(): void {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { database: { type: 'string' } }
  })
  const [ticks, minutes] = positionals
  if (ticks === undefined || minutes === undefined)
    throw new Error('expected TICKS.zip and MINUTES.zip')
  const { symbol } = readLeanRows(ticks)
  const ours =
    values.database === undefined
      ? computedMinutes(ticks)
      : storedMinutes(values.database, `eodhd:${symbol}`)
  const { conditions, unexplained, ...totals } = compareMinutes({ ticks, minutes, ours })
  const print = (line: string) => process.stdout.write(`${line}\n`)
  print(
    `${symbol}: ${totals.minutes} minutes, ${totals.equal} equal, ${totals.minutes - totals.equal} unequal, ` +
      `${totals.equalVolume} of equal volume, ${totals.unmatched} on one side only`
  )
  print('')
  print('| condition | trades | equal minutes | unequal minutes | values it alone makes differ |')
  print('| --- | --: | --: | --: | --: |')
  for (const { condition, trades, equal, unequal, made } of conditions)
    print(`| ${condition} | ${trades} | ${equal} | ${unequal} | ${made} |`)
  print('')
  print(
    `Unequal prices left when sweeps and exempt trades of regular hours set none: ${unexplained.length}`
  )
  for (const { openMs, fields: differing } of unexplained)
    print(`- ${new Date(openMs).toISOString()} ${differing.join(' ')}`)
}

if (import.meta.main) main()
