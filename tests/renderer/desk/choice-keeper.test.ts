import { describe, expect, test } from 'vitest'
import {
  choicesKey,
  damagedKey,
  loadChoices,
  saveChoices
} from '../../../src/renderer/desk/choice-keeper.ts'
import { defaultChoices } from '../../../src/renderer/desk/desk-choices.ts'
import { createDeskStore } from '../../../src/renderer/desk/desk-store.ts'

const defaults = defaultChoices(1_280)

function aStorage(entries: Record<string, string> = {}) {
  const kept = new Map(Object.entries(entries))
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value)
  }
}

describe('loadChoices', () => {
  test('gives back what was saved', () => {
    const storage = aStorage()
    const choices = { ...defaults, theme: 'light', timeZone: 'Europe/London' } as const
    saveChoices(storage, choices)
    expect(loadChoices(storage, defaults)).toEqual(choices)
  })

  test('fills in what a former version did not know', () => {
    const storage = aStorage({ [choicesKey]: JSON.stringify({ theme: 'light' }) })
    expect(loadChoices(storage, defaults)).toEqual({ ...defaults, theme: 'light' })
  })

  test('keeps all that was chosen before there was a replay screen', () => {
    const { replay: unknown, ...former } = { ...defaults, screen: 'connections' as const }
    const storage = aStorage({ [choicesKey]: JSON.stringify(former) })
    expect(loadChoices(storage, defaults)).toEqual({ ...former, replay: unknown })
    expect(storage.kept.has(damagedKey)).toBe(false)
  })

  test.each(['{', '"text"', '{"theme":"pink"}', '{"timeZone":"Mars/Olympus"}', '{"charts":[]}'])(
    'sets a damaged entry aside: %s',
    (text) => {
      const storage = aStorage({ [choicesKey]: text })
      expect(loadChoices(storage, defaults)).toEqual(defaults)
      expect(storage.kept.get(damagedKey)).toBe(text)
    }
  )

  test('lives without storage, and with one that throws', () => {
    const refuse = () => {
      throw new Error('denied')
    }
    const storage = { getItem: refuse, setItem: refuse }
    saveChoices(storage, defaults)
    expect(loadChoices(storage, defaults)).toEqual(defaults)
    expect(loadChoices(null, defaults)).toEqual(defaults)
  })
})

describe('createDeskStore', () => {
  test('keeps choices and forgets what belongs to the moment', () => {
    const storage = aStorage()
    const store = createDeskStore(storage, defaults)
    store.getState().setFilter('btc')
    store.getState().setChart({ instrument: 'coinbase:ETH-USD' })
    const again = createDeskStore(storage, defaults).getState()
    expect(again.charts[0]).toEqual({ instrument: 'coinbase:ETH-USD', interval: '1m' })
    expect(again.filter).toBe('')
  })

  test('gives the replay screen charts of its own with the first change', () => {
    const store = createDeskStore(null, defaults)
    store.getState().setChart({ instrument: 'coinbase:ETH-USD' })
    store.getState().setReplayChart(0, { interval: '5m' })
    store.getState().setChart({ instrument: 'coinbase:SOL-USD' })
    expect(store.getState().replay.charts).toEqual([
      { instrument: 'coinbase:ETH-USD', interval: '5m' }
    ])
  })

  test('turns the order round when the same column is chosen again', () => {
    const store = createDeskStore(null, defaults)
    store.getState().sortBy('change')
    expect(store.getState().sort).toEqual({ key: 'change', descending: true })
    store.getState().sortBy('change')
    expect(store.getState().sort).toEqual({ key: 'change', descending: false })
    store.getState().sortBy('symbol')
    expect(store.getState().sort).toEqual({ key: 'symbol', descending: false })
  })
})
