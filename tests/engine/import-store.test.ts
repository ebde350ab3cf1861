import { cpSync, existsSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseInterval } from '../../src/core/market/interval.ts'
import { ImportStore } from '../../src/engine/import-store.ts'
import { aRegistration } from '../support/a-registration.ts'
import { aTrade } from '../support/a-trade.ts'
import { ImportRig } from '../support/import-rig.ts'

/** Fills pages soon. */
const longId = 'x'.repeat(200)
const startMs = Date.UTC(2026, 9, 1)

function open(folder: string): ImportStore {
  const store = ImportStore.open({
    folder,
    mode: 'replay',
    registration: aRegistration('coinbase:BTC-USD', { tradeIds: 'unique' }),
    intervals: ['1s', '1m', '100t'].flatMap((interval) => parseInterval(interval) ?? []),
    nowMs: Date.UTC(2030, 0, 1)
  })
  onTestFinished(() => {
    store.close()
  })
  return store
}

function take(store: ImportStore, from: number, to: number): void {
  for (let at = from; at < to; at += 1)
    store.take(aTrade({ id: `${longId}${at}`, eventMs: startMs + at * 10 }))
}

describe('ImportStore', () => {
  test('shows nothing of its work, on disk too, before it is committed', async () => {
    const rig = await ImportRig.make()
    const first = open(rig.dataDir)
    take(first, 1, 11)
    first.finish()
    first.commit()
    first.close()
    const before = rig.contents()

    const store = open(rig.dataDir)
    // More than SQLite keeps in memory, so that pages lie in the log.
    take(store, 11, 120_000)
    store.finish()
    expect(statSync(`${rig.database}-wal`).size).toBeGreaterThan(1_000_000)
    expect(rig.contents()).toEqual(before)
    const crashed = await ImportRig.make()
    cpSync(rig.dataDir, crashed.dataDir, { recursive: true })
    for (const name of ['tapedeck.db-shm', 'tapedeck.lock'])
      rmSync(join(crashed.dataDir, name), { force: true })
    const again = open(crashed.dataDir)
    expect(crashed.contents()).toEqual(before)
    take(again, 11, 20)
    again.finish()
    again.commit()
    expect(crashed.rows('SELECT count(*) AS trades FROM v_trade')).toEqual([{ trades: 19 }])

    store.commit()
    expect(rig.rows('SELECT count(*) AS trades FROM v_trade')).toEqual([{ trades: 119_999 }])
  }, 60_000)

  test('leaves no folder behind that it made for nothing', async () => {
    const rig = await ImportRig.make()
    const store = open(rig.dataDir)
    take(store, 1, 100)
    store.close()
    expect(existsSync(rig.dataDir)).toBe(false)
  })

  test('keeps a folder that was there, and what is in it', async () => {
    const rig = await ImportRig.make()
    cpSync(import.meta.filename, join(rig.dataDir, 'settings.toml'))
    open(rig.dataDir).close()
    expect(existsSync(join(rig.dataDir, 'settings.toml'))).toBe(true)
    expect(existsSync(rig.database)).toBe(false)
  })
})
