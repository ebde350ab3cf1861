import { describe, expect, onTestFinished, test } from 'vitest'
import { isProvocable, ProvokedFaults } from '../../src/engine/provoked-faults.ts'
import { anEngineConfig } from '../support/engine-config.ts'
import { until } from '../support/until.ts'

function provoked() {
  const handlers: string[] = []
  const limits: (number | null)[] = []
  const faults = new ProvokedFaults(
    (name, work) => {
      handlers.push(name)
      work()
    },
    (pages) => limits.push(pages)
  )
  onTestFinished(() => faults.close())
  return { faults, handlers, limits }
}

describe('isProvocable', () => {
  const faultRun = { gaps: true }

  test.each([
    ['a simulated run of faults', anEngineConfig({ mode: 'simulated', faultRun }), true],
    ['a simulated run as users have it', anEngineConfig({ mode: 'simulated' }), false],
    ['a live run', anEngineConfig({ mode: 'live' }), false],
    ['a live run that names faults', anEngineConfig({ mode: 'live', faultRun }), false]
  ])('judges %s', (...[, config, isAllowed]) => {
    expect(isProvocable(config)).toBe(isAllowed)
  })
})

describe('ProvokedFaults', () => {
  test('throws for so many events of the instrument, and for no other', () => {
    const { faults } = provoked()
    faults.provoke({ what: 'throw', times: 2, instrument: 'coinbase:BTC-USD' })
    faults.beforeEvent('coinbase:ETH-USD')
    expect(() => faults.beforeEvent('coinbase:BTC-USD')).toThrow('provoked')
    expect(() => faults.beforeEvent('coinbase:BTC-USD')).toThrow('provoked')
    faults.beforeEvent('coinbase:BTC-USD')
  })

  test('limits the pages of the database, and lets them go', () => {
    const { faults, limits } = provoked()
    faults.provoke({ what: 'full', pages: 90 })
    faults.provoke({ what: 'full', pages: null })
    expect(limits).toEqual([90, null])
  })

  test('takes its time with each event until told otherwise', () => {
    const { faults } = provoked()
    faults.provoke({ what: 'slow', eventMs: 20 })
    const fromMs = performance.now()
    faults.beforeEvent('coinbase:BTC-USD')
    expect(performance.now() - fromMs).toBeGreaterThanOrEqual(20)
    faults.provoke({ what: 'slow', eventMs: 0 })
    faults.beforeEvent('coinbase:BTC-USD')
  })

  test('stands still inside a handler that bears its name', async () => {
    const { faults, handlers } = provoked()
    faults.provoke({ what: 'block', forMs: 1 })
    await until(() => handlers.length > 0, 'the handler to run')
    expect(handlers).toEqual(['provoked block'])
  })

  test('keeps more and more until it is told to add nothing', async () => {
    const { faults } = provoked()
    expect(faults.keptBytes).toBe(0)
    faults.provoke({ what: 'leak', mbPerMinute: 60 })
    await until(() => faults.keptBytes >= 200_000, 'a leak of 1 MB a second')
    faults.provoke({ what: 'leak', mbPerMinute: 0 })
    const kept = faults.keptBytes
    await new Promise((resolve) => setImmediate(resolve))
    expect(faults.keptBytes).toBe(kept)
  })
})
