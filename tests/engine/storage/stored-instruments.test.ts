import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { upsertInstrument } from '../../../src/engine/storage/stored-instruments.ts'
import { aRegistration } from '../../support/a-registration.ts'
import { anInstrument } from '../../support/an-instrument.ts'
import { aWriterBench } from '../../support/writer-bench.ts'

const id = 'coinbase:BTC-USD'
const told = { venue: 'coinbase', symbol: 'BTC-USD', venueSymbol: 'BTC-USD' }

async function aDatabase(): Promise<Database.Database> {
  const bench = await aWriterBench([aRegistration()])
  const database = new Database(bench.setup.file)
  onTestFinished(() => {
    database.close()
  })
  return database
}

describe('upsertInstrument', () => {
  test('writes what is known now, under the number that it had', async () => {
    const database = await aDatabase()
    const [first, second] = [0.01, 0.1].map((lotSize) =>
      upsertInstrument(
        database,
        aRegistration(id, { instrument: anInstrument({ ...told, lotSize }) })
      )
    )
    expect(second).toEqual({ ...first, lotSize: 0.1 })
  })

  test('leaves one as it was known that the venue does not list any more', async () => {
    const database = await aDatabase()
    const instrument = anInstrument({ ...told, lotSize: 0.01 })
    const known = upsertInstrument(database, aRegistration(id, { instrument }))
    const delisted = anInstrument({ ...told, status: 'delisted' })
    expect(upsertInstrument(database, aRegistration(id, { instrument: delisted }))).toEqual(known)
  })
})
