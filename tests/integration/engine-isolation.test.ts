import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFailed, onTestFinished, test } from 'vitest'
import { faultEngineConfig } from '../../faults/engine-config.ts'
import type { Provocation } from '../../src/contracts/provocation.ts'
import { Desk } from '../../src/service/desk.ts'
import { forkEngine } from '../../src/service/forked-engine.ts'
import { hostClock } from '../../src/service/host-clock.ts'
import { applyFault } from '../../src/simulator/faults/fault-kinds.ts'
import { verify } from '../../src/simulator/verify/verify.ts'
import { ListLog } from '../support/list-log.ts'
import { runningSimulator } from '../support/running-simulator.ts'
import { scratchFolder } from '../support/scratch-folder.ts'
import { until } from '../support/until.ts'

const entry = fileURLToPath(new URL('../../src/engine/index.ts', import.meta.url))
const [bitcoin, ether] = ['coinbase:BTC-USD', 'coinbase:ETH-USD'] as const

/** A desk whose real engine collects two busy instruments of a simulator. */
async function collecting() {
  const simulator = await runningSimulator({ venues: ['coinbase'], rate: 20 })
  const dataDir = await scratchFolder()
  const config = faultEngineConfig({
    dataDir,
    ready: simulator.ready,
    collected: { coinbase: ['BTC-USD', 'ETH-USD'] },
    faultRun: { gaps: true },
    venueSettings: {},
    logLevel: 'error'
  })
  const log = new ListLog()
  const desk = new Desk({
    launch: () => forkEngine(entry),
    log,
    clock: hostClock,
    handlers: { state: () => undefined, refused: () => undefined }
  })
  onTestFailed(() => void process.stderr.write(JSON.stringify(log.lines)))
  onTestFinished(() => desk.stop())
  await desk.run({ kind: 'engine', config })
  const { publisher } = desk.relay
  const isLive = () =>
    [bitcoin, ether].every((id) => publisher.find('prices', id)?.freshness === 'live')
  await until(isLive, 'both instruments to be live', 30_000)
  const provoke = (fault: Provocation) =>
    desk.supervisor?.process?.send({ channel: 'control', kind: 'provoke', fault })
  const faults = () => publisher.find('health', 'health')?.handlerFaults ?? 0
  const settled = () =>
    until(
      () => [...publisher.rows('ledger')].every(({ openGaps }) => openGaps === 0),
      'the gaps to be settled',
      30_000
    )
  const rest = () =>
    applyFault({ kind: 'quiet', venue: 'coinbase', ms: 3_600_000 }, simulator.faults)
  const verdict = () =>
    verify({ database: join(dataDir, 'tapedeck.db'), control: simulator.ready.control })
  return { desk, faults, isLive, log, provoke, rest, settled, verdict }
}

describe('an engine whose handler throws', { timeout: 90_000 }, () => {
  test('keeps it to the instrument, counts it, and misses nothing in the end', async () => {
    const { desk, faults, log, provoke, rest, settled, verdict } = await collecting()
    const first = desk.supervisor?.process?.pid
    provoke({ what: 'throw', times: 5, instrument: bitcoin })
    await until(() => faults() === 5, 'five faults to be counted', 15_000)
    const ledger = (id: string) => desk.relay.publisher.find('ledger', id)
    await until(() => (ledger(bitcoin)?.revision ?? 0) > 0, 'the gap to be seen', 15_000)
    rest()
    await settled()
    expect(ledger(ether)?.openGaps).toBe(0)
    expect(desk.supervisor?.process?.pid).toBe(first)
    const threw = log.lines.find(({ event }) => event === 'handler-threw')
    expect(threw?.fields['instrument']).toBe(bitcoin)
    await until(async () => (await verdict()).declared === 0, 'the refill to be stored')
    expect(await verdict()).toMatchObject({ lostSilent: 0, duplicates: 0, phantom: 0 })
  })

  test('is started anew when more than ten throw within a minute', async () => {
    const { desk, isLive, provoke } = await collecting()
    const first = desk.supervisor?.process?.pid
    provoke({ what: 'throw', times: 11, instrument: null })
    await until(() => desk.supervisor?.lastEnd !== null, 'the engine to end', 15_000)
    expect(desk.supervisor?.lastEnd?.words).toContain('11 faults of handlers within a minute')
    await until(isLive, 'both instruments to be live again', 30_000)
    expect(desk.supervisor?.process?.pid).not.toBe(first)
    const told = desk.relay.publisher.find('run', 'run')?.diagnostics ?? []
    expect(told.some((sentence) => sentence.includes('and was started again'))).toBe(true)
  })
})
