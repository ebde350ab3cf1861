import { describe, expect, test } from 'vitest'
import { takeOpening } from '../../../src/engine/replay/opening.ts'
import type { RecordedFrame } from '../../../src/recordings/recorded-frame.ts'

function frame(direction: RecordedFrame['direction'], url: string | null = null): RecordedFrame {
  return { receivedMs: 1, direction, connection: 'main', url, frame: '{}' }
}

function playing(frames: readonly RecordedFrame[]): AsyncIterator<RecordedFrame> {
  const left = frames[Symbol.iterator]()
  return { next: () => Promise.resolve(left.next()) }
}

describe('takeOpening', () => {
  test('takes what comes before the first received frame, and leaves the rest', async () => {
    const socket = frame('connected', 'wss://venue.test')
    const answer = frame('rest', 'https://venue.test/list')
    const first = frame('received')
    const next = frame('received')
    const frames = playing([answer, frame('rest'), socket, frame('sent'), first, next])
    expect(await takeOpening(frames)).toEqual({
      connections: [socket],
      answers: [answer],
      venue: null,
      instruments: null,
      omissions: [],
      first
    })
    expect((await frames.next()).value).toBe(next)
  })

  test('takes what our own recorder told, the newest list of instruments', async () => {
    const began = { ...frame('began'), frame: 'coinbase' }
    const lists = ['[1]', '[2]'].map((text) => ({ ...frame('instruments'), frame: text }))
    const omission = frame('omitted')
    expect(
      await takeOpening(playing([began, ...lists, omission, frame('received')]))
    ).toMatchObject({ venue: 'coinbase', instruments: '[2]', omissions: [omission] })
  })

  test.each([
    ['empty', []],
    ['of answers only', Array.from({ length: 10_001 }, () => frame('rest'))]
  ])('refuses a capture that is %s', async (...[, frames]) => {
    await expect(takeOpening(playing(frames))).rejects.toMatchObject({ code: 'replay-no-frames' })
  })
})
