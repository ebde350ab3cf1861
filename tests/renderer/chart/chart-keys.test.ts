import { describe, expect, test } from 'vitest'
import { chartMove } from '../../../src/renderer/chart/chart-keys.ts'

const press = (key: string, held: Partial<Record<'shiftKey' | 'altKey' | 'ctrlKey', true>> = {}) =>
  chartMove({ key, shiftKey: false, altKey: false, ctrlKey: false, metaKey: false, ...held })

describe('chartMove', () => {
  test('tells one bar from ten', () => {
    expect(press('ArrowLeft')).toBeDefined()
    expect(press('ArrowLeft', { shiftKey: true })).not.toBe(press('ArrowLeft'))
  })

  test('zooms with + whether or not it needs Shift on the keyboard', () => {
    expect(press('+', { shiftKey: true })).toBe(press('+'))
  })

  test('scales only with Alt and leaves the browser its own keys', () => {
    expect(press('l', { altKey: true })).toBeDefined()
    expect(press('l')).toBeUndefined()
    expect(press('r', { ctrlKey: true })).toBeUndefined()
  })
})
