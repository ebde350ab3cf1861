import { describe, expect, test } from 'vitest'
import { Table, type TableChange } from '../../../src/renderer/stream/table.ts'

type Row = { readonly id: string; readonly value: number }

function aTable(...rows: Row[]): Table<Row> {
  const table = new Table<Row>()
  table.replaceAll(rows)
  table.publish()
  return table
}

describe('Table', () => {
  test('tells only the listeners of rows that changed', () => {
    const table = aTable({ id: 'a', value: 1 }, { id: 'b', value: 1 })
    const told: string[] = []
    table.subscribeRow('a', () => told.push('a'))
    table.subscribeRow('b', () => told.push('b'))
    table.apply([{ id: 'b', value: 2 }], [])
    table.publish()

    expect(told).toEqual(['b'])
  })

  test('tells nobody before it is published', () => {
    const table = aTable({ id: 'a', value: 1 })
    const told: string[] = []
    table.subscribeRow('a', () => told.push('a'))
    table.apply([{ id: 'a', value: 2 }], [])

    expect(told).toEqual([])
    expect(table.find('a')?.value).toBe(2)
  })

  test('says whether rows came or went, or only changed', () => {
    const table = aTable({ id: 'a', value: 1 })
    const changes: TableChange[] = []
    table.subscribe((change) => changes.push(change))
    table.apply([{ id: 'a', value: 2 }], [])
    table.publish()
    table.replaceAll([{ id: 'c', value: 1 }])
    table.publish()

    expect(changes).toEqual([
      { ids: ['a'], membership: false },
      { ids: ['c', 'a'], membership: true }
    ])
  })

  test('gives the same list until something changes', () => {
    const table = aTable({ id: 'a', value: 1 })
    const before = table.list()
    table.apply([], ['unknown'])
    expect(table.list()).toBe(before)
    table.apply([{ id: 'a', value: 2 }], [])
    expect(table.list()).not.toBe(before)
  })

  test('stops telling a listener that left', () => {
    const table = aTable({ id: 'a', value: 1 })
    const told: string[] = []
    const stop = table.subscribeRow('a', () => told.push('a'))
    stop()
    table.apply([{ id: 'a', value: 2 }], [])
    table.publish()

    expect(told).toEqual([])
  })
})
