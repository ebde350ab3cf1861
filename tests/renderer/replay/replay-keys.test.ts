import { describe, expect, test } from 'vitest'
import { replayAction } from '../../../src/renderer/replay/replay-keys.ts'

const none = { shiftKey: false, altKey: false, ctrlKey: false, metaKey: false }

describe('replayAction', () => {
  test.each([
    [' ', {}, { name: 'toggle' }],
    ['ArrowLeft', {}, { name: 'step', count: -1 }],
    ['ArrowRight', { shiftKey: true }, { name: 'step', count: 10 }],
    ['[', {}, { name: 'slower' }],
    [']', {}, { name: 'faster' }],
    ['1', {}, { name: 'speed', speed: 0.5 }],
    ['8', {}, { name: 'speed', speed: 'max' }],
    ['b', {}, { name: 'start' }],
    ['I', {}, { name: 'loopIn' }],
    ['o', {}, { name: 'loopOut' }],
    ['I', { shiftKey: true }, { name: 'clearLoop' }],
    ['x', {}, { name: 'clearLoop' }],
    ['g', {}, { name: 'goTo' }],
    ['m', {}, { name: 'bookmark' }],
    ['l', {}, { name: 'live' }]
  ])('%s with %j', (key, modifiers, action) => {
    expect(replayAction({ ...none, ...modifiers, key })).toEqual(action)
  })

  test.each([
    ['9', {}],
    ['0', {}],
    ['q', {}],
    ['Tab', {}],
    ['ArrowUp', {}],
    ['3', { ctrlKey: true }],
    ['l', { altKey: true }]
  ])('%s with %j is nobody’s', (key, modifiers) => {
    expect(replayAction({ ...none, ...modifiers, key })).toBeUndefined()
  })
})
