import { describe, expect, test } from 'vitest'
import type { Simulator } from '../../../src/simulator/simulator.ts'
import { provoke } from '../../support/applied-fault.ts'
import type { Json } from '../../support/frame-client.ts'
import { connected, runningSimulator } from '../../support/running-simulator.ts'

async function listed(simulator: Simulator): Promise<readonly Json[]> {
  const answer = await fetch(`${simulator.ready.venues['coinbase']?.restUrl ?? ''}/products`, {
    headers: { 'user-agent': 'test' }
  })
  return (await answer.json()) as readonly Json[]
}

async function askFor(simulator: Simulator, product: string): Promise<Json> {
  const client = await connected(simulator.ready.venues['coinbase']?.wsUrl)
  client.send({ type: 'subscribe', product_ids: [product], channels: ['heartbeat'] })
  const answers = await Promise.any([
    client.wait({ type: 'error' }),
    client.wait({ type: 'subscriptions' })
  ])
  return answers[0] ?? {}
}

const venues = { venues: ['coinbase'], rate: 1 } as const

describe('refuse-instrument', () => {
  test('refuses one that is listed, and no other', async () => {
    const simulator = await runningSimulator(venues)
    provoke(simulator, { kind: 'refuse-instrument', instrument: 'coinbase:ETH-USD' })
    expect(await askFor(simulator, 'ETH-USD')).toMatchObject({
      type: 'error',
      reason: 'ETH-USD is not a valid product'
    })
    expect(await askFor(simulator, 'BTC-USD')).toMatchObject({ type: 'subscriptions' })
    const product = (await listed(simulator)).find(({ id }) => id === 'ETH-USD')
    expect(product).toMatchObject({ status: 'online', trading_disabled: false })
  })

  test('refuses whatever is asked for where no instrument is named', async () => {
    const simulator = await runningSimulator(venues)
    provoke(simulator, { kind: 'refuse-instrument', venue: 'coinbase' })
    expect(await askFor(simulator, 'BTC-USD')).toMatchObject({ type: 'error' })
    provoke(simulator, { kind: 'clear' })
    expect(await askFor(simulator, 'BTC-USD')).toMatchObject({ type: 'subscriptions' })
  })
})

describe('delist', () => {
  test('takes an instrument out of trading', async () => {
    const simulator = await runningSimulator(venues)
    provoke(simulator, { kind: 'delist', instrument: 'coinbase:ETH-USD' })
    const product = (await listed(simulator)).find(({ id }) => id === 'ETH-USD')
    expect(product).toMatchObject({ status: 'delisted', trading_disabled: true })
    expect(await askFor(simulator, 'ETH-USD')).toMatchObject({ type: 'error' })
  })
})

describe('unlist', () => {
  test('keeps an instrument unknown until it is listed', async () => {
    const simulator = await runningSimulator(venues)
    provoke(simulator, { kind: 'unlist', instrument: 'coinbase:ETH-USD' })
    const ids = async () => (await listed(simulator)).map(({ id }) => id)
    expect(await ids()).not.toContain('ETH-USD')
    provoke(simulator, { kind: 'clear' })
    expect(await ids()).toContain('ETH-USD')
    expect(await askFor(simulator, 'ETH-USD')).toMatchObject({ type: 'subscriptions' })
  })
})
