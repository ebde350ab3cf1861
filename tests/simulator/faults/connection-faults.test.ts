import { describe, expect, test } from 'vitest'
import { applyFault } from '../../../src/simulator/faults/fault-kinds.ts'
import type { FaultCommand } from '../../../src/simulator/faults/fault-parameters.ts'
import type { Simulator } from '../../../src/simulator/simulator.ts'
import { upgradeStatus } from '../../support/frame-client.ts'
import { connected, runningSimulator } from '../../support/running-simulator.ts'
import { until } from '../../support/until.ts'

const quiet = { venues: ['coinbase', 'bybit-linear'], rate: 0.01 } as const

function fault(simulator: Simulator, command: FaultCommand): void {
  expect(applyFault(command, simulator.faults)).toEqual({ outcome: 'applied' })
}

function urlOf(simulator: Simulator, venue: string): string {
  return simulator.ready.venues[venue]?.wsUrl ?? ''
}

describe('disconnect', () => {
  test.each([
    [{ how: 'reset' }, 1006],
    [{ how: 'eof' }, 1006],
    [{ how: 'close' }, 1001],
    [{ how: 'close', code: 1012 }, 1012],
    [{ how: 'close', code: 4000 }, 4000]
  ])('ends connections as %j', async (how, code) => {
    const simulator = await runningSimulator(quiet)
    const client = await connected(urlOf(simulator, 'coinbase'))
    fault(simulator, { kind: 'disconnect', venue: 'coinbase', ...how })
    await until(() => client.closeCode !== null, 'the end of the connection')
    expect(client.closeCode).toBe(code)
  })
})

describe('refuse', () => {
  test('answers so many upgrades of one venue with a status', async () => {
    const simulator = await runningSimulator(quiet)
    fault(simulator, { kind: 'refuse', venue: 'coinbase', n: 2, status: 503 })
    const url = urlOf(simulator, 'coinbase')
    const statuses = [await upgradeStatus(url), await upgradeStatus(url), await upgradeStatus(url)]
    expect(statuses).toEqual([503, 503, 101])
    expect(await upgradeStatus(urlOf(simulator, 'bybit-linear'))).toBe(101)
  })

  test('resets connections where no status is given', async () => {
    const simulator = await runningSimulator(quiet)
    fault(simulator, { kind: 'refuse', venue: 'coinbase', ms: 60_000 })
    const client = await connected(urlOf(simulator, 'coinbase'))
    await until(() => client.closeCode !== null, 'the reset')
    expect(client.closeCode).toBe(1006)
    fault(simulator, { kind: 'clear' })
    expect(await upgradeStatus(urlOf(simulator, 'coinbase'))).toBe(101)
  })
})

describe('lifetime', () => {
  test('closes connections at their age, later ones too', async () => {
    const simulator = await runningSimulator(quiet)
    fault(simulator, { kind: 'lifetime', venue: 'bybit-linear', ageMs: 100, code: 1008 })
    for (const round of [1, 2]) {
      const client = await connected(urlOf(simulator, 'bybit-linear'))
      await until(() => client.closeCode !== null, `the end of connection ${round}`)
      expect(client.closeCode).toBe(1008)
    }
  })
})

describe('notice', () => {
  test('is refused where the venue gives none', async () => {
    const simulator = await runningSimulator(quiet)
    expect(applyFault({ kind: 'notice', venue: 'bybit-linear' }, simulator.faults)).toMatchObject({
      outcome: 'refused',
      parameter: 'venue'
    })
  })
})
