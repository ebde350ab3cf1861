import { describe, expect, test } from 'vitest'
import { PaintLoop } from '../../../src/renderer/desk/paint-loop.ts'

function aLoop() {
  const frames: (() => void)[] = []
  const loop = new PaintLoop((callback) => frames.push(callback))
  const painted: string[] = []
  const painter = (name: string) => ({ paint: () => void painted.push(name) })
  return { loop, frames, painted, painter, frame: () => frames.shift()?.() }
}

describe('PaintLoop', () => {
  test('paints each painter once a frame however often it is asked', () => {
    const { loop, frames, painted, painter, frame } = aLoop()
    const row = painter('row')
    loop.request(row)
    loop.request(row)
    expect(frames).toHaveLength(1)
    frame()
    expect(painted).toEqual(['row'])
  })

  test('forgets a painter that is gone', () => {
    const { loop, painted, painter, frame } = aLoop()
    const row = painter('row')
    loop.request(row)
    loop.forget(row)
    frame()
    expect(painted).toEqual([])
  })

  test('takes a request made while painting into the next frame', () => {
    const { loop, painted, painter, frame } = aLoop()
    const late = painter('late')
    loop.request({ paint: () => loop.request(late) })
    frame()
    expect(painted).toEqual([])
    frame()
    expect(painted).toEqual(['late'])
  })
})
