import { TradeTapeWriter } from '../src/recordings/trade-tape-writer.ts'
import { readLeanRows } from './independent-trades.ts'

/** Writes the trades of a LEAN equity tick archive as a tape of EODHD's, in their order. @returns How many. */
export async function writeLeanTape(archive: string, file: string): Promise<number> {
  const { symbol, midnightMs, rows } = readLeanRows(archive)
  const tape = new TradeTapeWriter(file)
  for (const [offsetMs, tenThousandths, size] of rows) {
    await tape.write({
      instrument: `eodhd:${symbol}`,
      eventMs: midnightMs + Number(offsetMs),
      price: Number(tenThousandths) / 10_000,
      size: Number(size),
      side: null,
      id: null,
      conditions: []
    })
  }
  await tape.close()
  return rows.length
}

if (import.meta.main) {
  const [archive, file] = process.argv.slice(2)
  if (archive === undefined || file === undefined)
    throw new Error('expected TICKS.zip and the file to write')
  process.stdout.write(`${await writeLeanTape(archive, file)} trades\n`)
}
