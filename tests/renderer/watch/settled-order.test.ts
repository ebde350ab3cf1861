import { describe, expect, test } from 'vitest'
import type { PriceRow } from '../../../src/contracts/state-rows.ts'
import { SettledOrder } from '../../../src/renderer/watch/settled-order.ts'
import { anInstrumentRow, aPriceRow } from '../../support/rows.ts'

const sort = { key: 'price', descending: true } as const

function anOrder() {
  const prices = new Map<string, PriceRow>([
    ['v:A', aPriceRow({ id: 'v:A', price: 2 })],
    ['v:B', aPriceRow({ id: 'v:B', price: 1 })]
  ])
  const instruments = (['v:A', 'v:B'] as const).map((id) => anInstrumentRow({ id, symbol: id }))
  const order = new SettledOrder((id) => prices.get(id))
  order.configure({ instruments, filter: '', sort })
  const rise = (price: number) => prices.set('v:B', aPriceRow({ id: 'v:B', price }))
  return { order, instruments, rise, ids: () => order.rows.map((row) => row.id) }
}

describe('SettledOrder', () => {
  test('follows prices at most every two seconds', () => {
    const { order, rise, ids } = anOrder()
    order.settle(10_000)
    rise(3)
    order.settle(11_999)
    expect(ids()).toEqual(['v:A', 'v:B'])
    order.settle(12_000)
    expect(ids()).toEqual(['v:B', 'v:A'])
  })

  test('never moves rows while it is held', () => {
    const { order, rise, ids } = anOrder()
    order.hold(true)
    rise(3)
    order.settle(60_000)
    expect(ids()).toEqual(['v:A', 'v:B'])
    order.hold(false)
    order.settle(60_001)
    expect(ids()).toEqual(['v:B', 'v:A'])
  })

  test('makes an order once prices are known, though held since before', () => {
    const prices = new Map<string, PriceRow>()
    const instruments = (['v:A', 'v:B'] as const).map((id) => anInstrumentRow({ id, symbol: id }))
    const order = new SettledOrder((id) => prices.get(id))
    order.hold(true)
    order.configure({ instruments, filter: '', sort })
    prices.set('v:A', aPriceRow({ id: 'v:A', price: 1 }))
    prices.set('v:B', aPriceRow({ id: 'v:B', price: 2 }))
    order.settle(10_000)
    expect(order.rows.map(({ id }) => id)).toEqual(['v:B', 'v:A'])
    prices.set('v:A', aPriceRow({ id: 'v:A', price: 3 }))
    order.settle(20_000)
    expect(order.rows.map(({ id }) => id)).toEqual(['v:B', 'v:A'])
  })

  test('does at once what the user asks for, held or not', () => {
    const { order, instruments, ids } = anOrder()
    order.hold(true)
    order.configure({ instruments, filter: '', sort: { key: 'price', descending: false } })
    expect(ids()).toEqual(['v:B', 'v:A'])
    order.configure({ instruments, filter: 'v:a', sort })
    expect(ids()).toEqual(['v:A'])
  })

  test('tells its listeners only when the order changed', () => {
    const { order, rise } = anOrder()
    let told = 0
    order.subscribe(() => (told += 1))
    order.settle(10_000)
    rise(3)
    order.settle(20_000)
    expect(told).toBe(1)
  })
})
