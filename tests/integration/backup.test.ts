import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { aRegistration } from '../support/a-registration.ts'
import { aTrade } from '../support/a-trade.ts'
import { endOf, runTapedeck, type EndedCommand } from '../support/ended-command.ts'
import { scratchFolder } from '../support/scratch-folder.ts'
import { sealAll, storedFor } from '../support/tape-keeping.ts'
import { TapedeckProcess } from '../support/tapedeck-process.ts'
import { aWriterBench, type WriterBench } from '../support/writer-bench.ts'

const startMs = Date.UTC(2026, 9, 1)
const entry = join(import.meta.dirname, '../../src/engine/backup-data.ts')

/** Bytes of a file beyond which the system refuses to write, in blocks of 1,024. */
const fullDiskBlocks = 200

async function storeOf(trades: number) {
  const bench = await aWriterBench([aRegistration()])
  put(bench, 0, trades / 2)
  sealAll(bench)
  put(bench, trades / 2, trades)
  const dataDir = join(bench.setup.file, '..')
  const above = await scratchFolder()
  return { bench, dataDir, above, out: join(above, 'friday') }
}

function put(bench: WriterBench, from: number, to: number): void {
  const trades = Array.from({ length: to - from }, (...[, at]) =>
    aTrade({ id: from + at, eventMs: startMs + from + at })
  )
  bench.commit({ trades })
}

/** How a command ended, without how far it was in between: on a slow machine it says so. */
function told({ stderr, ...ended }: EndedCommand): EndedCommand {
  return { ...ended, stderr: stderr.replaceAll(/^backup: .*\n/gm, '') }
}

describe('tapedeck backup', { timeout: 60_000 }, () => {
  test('copies what is stored while a writer writes, and the copy is a data folder', async () => {
    const { bench, dataDir, out } = await storeOf(40_000)
    const running = new TapedeckProcess(['backup', out, '--data-dir', dataDir])
    const ended = endOf(running)
    let stored = 40_000
    while (!running.hasEnded) {
      put(bench, stored, stored + 500)
      stored += 500
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(told(await ended)).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(
        /^Backed up a database of \d+ MB and 1 tape files of \d+ MB to .*friday\.\n$/
      ) as string
    })
    const ids = storedFor(join(out, 'tapedeck.db')).map(({ id }) => Number(id))
    expect(ids).toEqual([...Array(ids.length).keys()])
    expect(ids.length).toBeGreaterThanOrEqual(40_000)
    const csv = join(out, '..', 'trades.csv')
    const args = ['trades', '--instrument', 'coinbase:BTC-USD', '--data-dir', out, '--out', csv]
    expect(await runTapedeck('export', ...args)).toMatchObject({ code: 0 })
  })

  test('leaves nothing where the disk takes no more', async () => {
    const { dataDir, above, out } = await storeOf(40_000)
    const request = JSON.stringify({ dataDir, out })
    const line = `ulimit -f ${fullDiskBlocks}; exec "$0" "$@"`
    const child = spawn('bash', ['-c', line, process.execPath, entry, request])
    let stderr = ''
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
    await once(child, 'close')
    expect(child.exitCode).toBe(1)
    expect(stderr).toMatch(/^tapedeck: .*(cannot be|cannot grow).*\n$/m)
    expect(await readdir(above)).toEqual([])
  })

  test('says in one line what is wrong with its arguments', async () => {
    const { dataDir, above } = await storeOf(2)
    expect(await runTapedeck('backup', above, '--data-dir', dataDir)).toEqual({
      code: 2,
      stdout: '',
      stderr: `tapedeck: FILE: ${above} exists; name one that does not\n`
    })
  })
})
