import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readCarrying } from '../../faults/carrying.ts'
import { scratchFolder } from '../support/scratch-folder.ts'

type Mark = readonly [atMs: number, kind: 'up' | 'down', connection: string, reason?: string]

/** A database that holds nothing but marks of links, and gaps of these reasons. */
async function aDatabase(marks: readonly Mark[], gaps: readonly string[] = []): Promise<string> {
  const path = join(await scratchFolder(), 'tapedeck.db')
  const database = new DatabaseSync(path)
  database.exec(`
    CREATE TABLE mark (id INTEGER PRIMARY KEY, at_ms REAL, kind TEXT, connection TEXT, detail TEXT);
    CREATE TABLE gap (reason TEXT);`)
  const put = database.prepare(
    'INSERT INTO mark (at_ms, kind, connection, detail) VALUES (?, ?, ?, ?)'
  )
  for (const [atMs, kind, connection, reason = null] of marks) {
    const detail = { instruments: ['coinbase:BTC-USD'], lastFrameMs: atMs, reason }
    put.run(atMs, `link-${kind}`, connection, JSON.stringify(detail))
  }
  for (const reason of gaps) database.prepare('INSERT INTO gap VALUES (?)').run(reason)
  database.close()
  return path
}

describe('readCarrying', () => {
  test('counts links that gave way to a standing one, and no time without any', async () => {
    const path = await aDatabase([
      [0, 'up', 'a'],
      [5_000, 'up', 'a+'],
      [7_000, 'down', 'a', 'handed over'],
      [9_000, 'down', 'a+', 'stopped']
    ])
    expect(readCarrying(path)).toEqual({ handedOver: 1, broken: 0, uncarriedMs: 0, gaps: 0 })
  })

  test('finds the time in which a link was gone before the next one stood', async () => {
    const path = await aDatabase([
      [0, 'up', 'a'],
      [5_000, 'down', 'a', 'handed over'],
      [5_400, 'up', 'a+']
    ])
    expect(readCarrying(path)).toMatchObject({ handedOver: 1, uncarriedMs: 400 })
  })

  test('tells a broken link, and gaps of rotation, apart from others', async () => {
    const marks: Mark[] = [
      [0, 'up', 'a'],
      [5_000, 'down', 'a', 'connection reset'],
      [6_000, 'up', 'a']
    ]
    const path = await aDatabase(marks, ['connection reset', 'handed over', 'stopped'])
    expect(readCarrying(path)).toEqual({ handedOver: 0, broken: 1, uncarriedMs: 0, gaps: 2 })
  })
})
