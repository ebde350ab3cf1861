import { describe, expect, test } from 'vitest'
import { BackPressure } from '../../src/engine/back-pressure.ts'

describe('BackPressure', () => {
  test('is high while anybody asks for a pause', () => {
    const told: string[] = []
    const pressure = new BackPressure((each) => void told.push(each))
    pressure.follow('store', 'normal')
    pressure.follow('store', 'high')
    pressure.follow('receiving', 'high')
    pressure.follow('store', 'normal')
    expect(told).toEqual(['high'])
    pressure.follow('receiving', 'normal')
    expect(told).toEqual(['high', 'normal'])
  })
})
