import { describe, expect, test } from 'vitest'
import { sparkPath } from '../../../src/renderer/watch/spark-path.ts'

const box = { width: 10, height: 4 }

describe('sparkPath', () => {
  test('fills the box from the lowest to the highest value', () => {
    expect(sparkPath([1, 3, 2], box)).toBe('M0.0 4.0L5.0 0.0L10.0 2.0')
  })

  test('draws a flat line in the middle', () => {
    expect(sparkPath([2, 2], box)).toBe('M0.0 2.0L10.0 2.0')
  })

  test('stands on a given floor', () => {
    expect(sparkPath([2, 2], box, 0)).toBe('M0.0 0.0L10.0 0.0')
  })

  test('draws nothing from one value', () => {
    expect(sparkPath([2], box)).toBe('')
  })
})
