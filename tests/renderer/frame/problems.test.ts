import { describe, expect, test } from 'vitest'
import { problemsKey, problemsText } from '../../../src/renderer/frame/problems.ts'

describe('problemsText', () => {
  test('says the gravest and counts the others', () => {
    expect(problemsText(['The store is full.'])).toBe('The store is full.')
    expect(problemsText(['The store is full.', 'b', 'c'])).toBe(
      'The store is full. (and 2 other problems)'
    )
  })
})

describe('problemsKey', () => {
  test('stays the same while only a figure grows', () => {
    expect(problemsKey(['12 trades were dropped.'])).toBe(
      problemsKey(['1,213 trades were dropped.'])
    )
  })

  test('changes with another problem', () => {
    expect(problemsKey(['a'])).not.toBe(problemsKey(['a', 'b']))
    expect(problemsKey([])).not.toBe(problemsKey(['a']))
  })
})
