import { describe, expect, test } from 'vitest'
import { recordedAnswers } from '../../../src/engine/replay/recorded-answers.ts'
import type { RecordedFrame } from '../../../src/recordings/recorded-frame.ts'

const { signal } = new AbortController()

function answer(url: string, frame: string): RecordedFrame {
  return { receivedMs: 1, direction: 'rest', connection: 'http', url, frame }
}

describe('recordedAnswers', () => {
  test('gives each answer once, in the order of the capture', async () => {
    const rest = recordedAnswers([
      answer('https://api.test/list?&category=linear&status=Trading', '[1]'),
      answer('https://api.test/list?category=spot', '[2]'),
      answer('https://api.test/list?category=linear&cursor=a', '[3]')
    ])
    const ask = (query: string) => rest.getJson(`https://elsewhere.test/list?${query}`, signal)
    expect((await ask('category=linear&limit=1000')).body).toEqual([1])
    expect((await ask('category=linear&limit=1000&cursor=a')).body).toEqual([3])
    await expect(ask('category=linear')).rejects.toMatchObject({ code: 'venue-bad-answer' })
    expect((await ask('category=spot')).body).toEqual([2])
  })

  test('refuses what is not in the capture, or is no JSON there', async () => {
    const rest = recordedAnswers([answer('https://api.test/time', 'Bad Gateway')])
    for (const path of ['time', 'other']) {
      const asked = rest.getJson(`https://api.test/${path}`, signal)
      await expect(asked).rejects.toMatchObject({ name: 'VenueError', retry: 'never' })
    }
  })
})
