import { describe, expect, test } from 'vitest'
import { ageText, longAgeText } from '../../../src/renderer/format/age-text.ts'

describe('ageText', () => {
  test.each([
    [-5, '0 s'],
    [34_900, '34 s'],
    [12 * 60_000, '12 m'],
    [6 * 3_600_000 + 12 * 60_000, '6 h 12'],
    [3 * 86_400_000, '3 d']
  ])('writes %d ms as %s', (ageMs, text) => {
    expect(ageText(ageMs)).toBe(text)
  })
})

describe('longAgeText', () => {
  test.each([
    [41_000, '41 s'],
    [125_000, '2 m 05 s'],
    [5 * 3_600_000 + 12 * 60_000, '5 h 12 m'],
    [50 * 3_600_000, '2 d 2 h']
  ])('writes %d ms as %s', (ageMs, text) => {
    expect(longAgeText(ageMs)).toBe(text)
  })
})
