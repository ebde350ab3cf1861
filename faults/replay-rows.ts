import { createHash, type Hash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'

/** The named columns of a candle or a gap: what a replay must tell as it is stored. */
export type NamedRow = Readonly<Record<string, string | number | boolean | null>>

/** Rows of a store or a replay, by name. */
export type NamedRows = {
  readonly candles: ReadonlyMap<string, NamedRow>
  /** As they ended, in words of JSON, ascending. */
  readonly gaps: readonly string[]
}

const candleColumns = [
  'instrument',
  'interval',
  'openMs',
  'closeMs',
  'index',
  'open',
  'high',
  'low',
  'close',
  'volume',
  'buyVolume',
  'trades',
  'state'
] as const

const gapColumns = [
  'instrument',
  'fromMs',
  'toMs',
  'state',
  'cause',
  'reason',
  'missedTrades',
  'source'
] as const

/** Reads finished candles made of trades, and every gap, from the documented views. */
export function storedRows(path: string): NamedRows {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 1_000 })
  try {
    const candles = new Map<string, NamedRow>()
    const select = database.prepare(
      `SELECT instrument, interval, open_ms AS openMs, iif("index" IS NULL, NULL, close_ms) AS closeMs,
         "index", open, high, low, close, volume, buy_volume AS buyVolume, trades, state
       FROM v_candle WHERE final = 1 AND source = 'trades' ORDER BY instrument, interval, open_ms, "index"`
    )
    for (const row of select.iterate()) {
      const named = pick(row, candleColumns)
      candles.set(placeOf(named), named)
    }
    const gaps = database
      .prepare(
        `SELECT instrument, from_ms AS fromMs, to_ms AS toMs, state, cause, reason,
           missed_trades AS missedTrades, source
         FROM v_gap`
      )
      .all()
    return { candles, gaps: gaps.map((row) => JSON.stringify(pick(row, gapColumns))).sort() }
  } finally {
    database.close()
  }
}

/** Takes what a replay printed, line by line: of a candle the last line counts. */
export class PlayedRows implements NamedRows {
  readonly candles = new Map<string, NamedRow>()
  readonly #gaps: string[] = []
  readonly #whole: Hash = createHash('sha256')

  get gaps(): readonly string[] {
    return this.#gaps.toSorted()
  }

  take(line: string): void {
    this.#whole.update(line).update('\n')
    if (line.startsWith('{"type":"candle"')) {
      const row = pick(JSON.parse(line) as NamedRow, candleColumns)
      this.candles.set(placeOf(row), row)
    } else if (line.startsWith('{"type":"gap"')) {
      this.#gaps.push(JSON.stringify(pick(JSON.parse(line) as NamedRow, gapColumns)))
    }
  }

  /** SHA-256 over all lines; nothing can be taken after it. */
  digest(): string {
    return this.#whole.digest('hex')
  }
}

/** How what was played stands to what is stored. */
export type RowsCompared = {
  readonly stored: string
  readonly played: string
  /** Stored rows that were played otherwise, or not at all. */
  readonly different: number
  /** The first of them, in words; null where there is none. */
  readonly example: string | null
}

/** Compares candles by SHA-256 over their columns, in the order of the store. */
export function compareCandles(stored: NamedRows, played: NamedRows): RowsCompared {
  const rows = [...stored.candles].map(([place, row]) => {
    const other = played.candles.get(place)
    return [JSON.stringify(row), other === undefined ? 'missing' : JSON.stringify(other)] as const
  })
  return compared(rows)
}

/** Compares gaps likewise; one that only the replay knows counts too. */
export function compareGaps(stored: NamedRows, played: NamedRows): RowsCompared {
  const [ours, theirs] = [stored.gaps, played.gaps]
  const longer = ours.length > theirs.length ? ours : theirs
  return compared(longer.map((...[, at]) => [ours[at] ?? 'missing', theirs[at] ?? 'missing']))
}

function compared(rows: readonly (readonly [stored: string, played: string])[]): RowsCompared {
  const [stored, played] = [createHash('sha256'), createHash('sha256')]
  let different = 0
  let example: string | null = null
  for (const [ours, theirs] of rows) {
    stored.update(`${ours}\n`)
    played.update(`${theirs}\n`)
    if (ours === theirs) continue
    different += 1
    example ??= `stored ${ours}, played ${theirs}`
  }
  return { stored: stored.digest('hex'), played: played.digest('hex'), different, example }
}

function placeOf(row: NamedRow): string {
  return `${String(row['instrument'])} ${String(row['interval'])} ${String(row['index'] ?? row['openMs'])}`
}

function pick(row: Readonly<Record<string, unknown>>, columns: readonly string[]): NamedRow {
  return Object.fromEntries(
    columns.map((column) => [column, (row[column] ?? null) as NamedRow[string]])
  )
}
