import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { applyFault } from '../../../src/simulator/faults/fault-kinds.ts'
import type { Simulator } from '../../../src/simulator/simulator.ts'
import type { TruthTrade } from '../../../src/simulator/truth-rows.ts'
import type { Verdict } from '../../../src/simulator/verify/verify.ts'
import { connected, runningSimulator } from '../../support/running-simulator.ts'
import { TapeFile } from '../../support/tape-file.ts'
import { until } from '../../support/until.ts'

const entry = new URL('../../../src/simulator/index.ts', import.meta.url).pathname
const bitcoin = 'coinbase:BTC-USD'

/** A simulator that traded while somebody listened, and a database with all of it. */
async function rehearse(skip: (trade: TruthTrade, at: number) => boolean) {
  const simulator = await runningSimulator({ venues: ['coinbase'], rate: 3 })
  const client = await connected(simulator.ready.venues['coinbase']?.wsUrl)
  client.send({ type: 'subscribe', product_ids: ['BTC-USD'], channels: ['matches'] })
  await client.wait({ type: 'match' }, 20)
  applyFault({ kind: 'quiet', venue: 'coinbase', ms: 3_600_000 }, simulator.faults)
  await client.close()
  await until(() => !simulator.truth.isSubscribed(bitcoin), 'the end of the subscription')
  const page = simulator.truth.page(bitcoin, { fromRow: 0, limit: 10_000, unsent: true })
  const file = await TapeFile.make()
  file.instrument(bitcoin, 'contiguous')
  const trades = page?.items ?? []
  trades.forEach((trade, at) => {
    if (!skip(trade, at)) file.trade(bitcoin, { ...trade, id: trade.textId })
  })
  return { simulator, file, trades }
}

async function verify(simulator: Simulator | string, database: string) {
  const control = typeof simulator === 'string' ? simulator : simulator.ready.control
  const child = spawn(process.execPath, [
    ...[entry, '--verify', database],
    ...['--control', control]
  ])
  const said = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number]
  return { code, ...said, verdict: () => JSON.parse(said.out) as Verdict }
}

describe('simulate --verify', () => {
  test('ends with 0 where everything is stored', async () => {
    const { simulator, file, trades } = await rehearse(() => false)
    const { code, verdict } = await verify(simulator, file.path)
    expect(verdict()).toMatchObject({ clean: true, sent: trades.length, stored: trades.length })
    expect(code).toBe(0)
  })

  test('ends with 1 and names the instrument that lost a trade', async () => {
    const { simulator, file } = await rehearse((...[, at]) => at === 7)
    const { code, verdict, out } = await verify(simulator, file.path)
    expect(verdict()).toMatchObject({ clean: false, lostSilent: 1 })
    expect(Object.keys(verdict().instruments)).toEqual([bitcoin])
    expect(out.trimEnd().split('\n')).toHaveLength(1)
    expect(code).toBe(1)
  })

  test('sees what a gap declares, a trade that stands twice and one that never happened', async () => {
    const { simulator, file, trades } = await rehearse((...[, at]) => at === 7)
    const [missing, twice] = [trades[7], trades[8]]
    if (missing === undefined || twice === undefined) throw new Error('too few trades')
    const { id, eventMs } = missing
    const [firstId, lastId, toMs] = [id, id, eventMs]
    file.gap(bitcoin, { state: 'lost', firstId, lastId, fromMs: eventMs - 5, toMs })
    const declared = await verify(simulator, file.path)
    expect(declared.verdict()).toMatchObject({ clean: true, declared: 1, lostSilent: 0 })
    expect(declared.code).toBe(0)

    file.trade(bitcoin, { ...twice, id: twice.textId }, 1)
    file.trade(bitcoin, { ...twice, id: '999999999999' })
    const wrong = await verify(simulator, file.path)
    expect(wrong.verdict()).toMatchObject({ clean: false, duplicates: 1, phantom: 1 })
    expect(wrong.code).toBe(1)
  })

  test('says in one line what it cannot look at', async () => {
    const { simulator, file } = await rehearse(() => false)
    const missing = await verify(simulator, `${file.path}.not`)
    expect(missing).toMatchObject({ code: 2, out: '' })
    expect(missing.err).toMatch(/no such file\n$/)
    await writeFile(`${file.path}.text`, 'not a database at all, but long enough to be looked at')
    expect((await verify(simulator, `${file.path}.text`)).code).toBe(2)
    const gone = await verify('http://127.0.0.1:1', file.path)
    expect(gone.code).toBe(1)
    expect(gone.err.trimEnd().split('\n')).toHaveLength(1)
  })

  test.each(['http://example.com:80', 'no url'])(
    'asks nobody else than this machine: %s',
    async (url) => {
      const refused = await verify(url, 'any.db')
      expect(refused.code).toBe(2)
      expect(refused.err).toMatch(/--control: expected/)
    }
  )
})
