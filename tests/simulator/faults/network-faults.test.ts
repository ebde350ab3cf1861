import { describe, expect, test } from 'vitest'
import { applyFault } from '../../../src/simulator/faults/fault-kinds.ts'
import { provoke } from '../../support/applied-fault.ts'
import { connected, runningSimulator } from '../../support/running-simulator.ts'
import { until } from '../../support/until.ts'

const busy = { venues: ['coinbase'], rate: 5, proxy: true } as const
const subscribe = { type: 'subscribe', product_ids: ['BTC-USD'], channels: ['matches'] }

describe('network', () => {
  test('lets frames pass in slices', async () => {
    const simulator = await runningSimulator(busy)
    provoke(simulator, { kind: 'network', venue: 'coinbase', sliceBytes: 3 })
    const client = await connected(simulator.ready.venues['coinbase']?.wsUrl)
    client.send(subscribe)
    expect(await client.wait({ type: 'match' }, 5)).not.toEqual([])
    expect(simulator.faults.proxies.get('coinbase')?.accepted).toBe(1)
  })

  test('leaves a client without a word, and resets it when the fault is over', async () => {
    const simulator = await runningSimulator(busy)
    const client = await connected(simulator.ready.venues['coinbase']?.wsUrl)
    client.send(subscribe)
    await client.wait({ type: 'match' })
    provoke(simulator, { kind: 'network', venue: 'coinbase', drop: 'both' })
    const heard = client.texts.length
    const sent = simulator.truth.instruments()['coinbase:BTC-USD']?.trades ?? 0
    await until(
      () => (simulator.truth.instruments()['coinbase:BTC-USD']?.trades ?? 0) > sent + 20,
      'trades that are sent'
    )
    expect(client.texts.length - heard).toBeLessThan(3)
    expect(client.closeCode).toBeNull()
    provoke(simulator, { kind: 'clear' })
    await until(() => client.closeCode !== null, 'the reset')
    expect(client.closeCode).toBe(1006)
  })

  test('is refused where no proxy was asked for', async () => {
    const simulator = await runningSimulator({ venues: ['coinbase'], rate: 0.01 })
    for (const kind of ['network', 'cut']) {
      expect(applyFault({ kind, venue: 'coinbase' }, simulator.faults)).toMatchObject({
        outcome: 'refused',
        parameter: 'kind'
      })
    }
  })
})

describe('cut', () => {
  test('ends what passes through the proxy', async () => {
    const simulator = await runningSimulator(busy)
    const client = await connected(simulator.ready.venues['coinbase']?.wsUrl)
    provoke(simulator, { kind: 'cut', venue: 'coinbase' })
    await until(() => client.closeCode !== null, 'the end')
    expect(client.closeCode).toBe(1006)
  })
})
