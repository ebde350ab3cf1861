import { expect, test } from 'vitest'
import { playPaced } from '../../../src/engine/replay/replay-pace.ts'

/** A tape with a trade a second from second 0 on, and a clock that only sleeping and handing on move. */
class Deck {
  nowMs = 0
  readonly played: { readonly tradeMs: number; readonly nowMs: number }[] = []
  readonly #trades: number
  #next = 0
  readonly stop = new AbortController()

  constructor(trades: number) {
    this.#trades = trades
  }

  get cursor() {
    return { atMs: (this.#next - 1) * 1_000, isOver: this.#next === this.#trades }
  }

  playTo(atMs: number, most: number): boolean {
    for (let count = 0; count < most; count += 1) {
      if (this.#next === this.#trades || this.#next * 1_000 > atMs) return false
      this.played.push({ tradeMs: this.#next * 1_000, nowMs: this.nowMs })
      this.#next += 1
    }
    return true
  }

  step(): boolean {
    return this.playTo(Infinity, 1)
  }

  play(speed: number | 'max', fromMs = -Infinity, handOnMs = 0): Promise<void> {
    return playPaced(this, {
      speed,
      fromMs,
      nowMs: () => this.nowMs,
      sleep: (ms) => {
        this.nowMs += ms
        return Promise.resolve()
      },
      handOn: () => {
        this.nowMs += handOnMs
        return Promise.resolve()
      },
      signal: this.stop.signal
    })
  }
}

/** How far behind its time on the tape each trade was played, ms. */
function latenessOf({ played }: Deck, speed: number): readonly number[] {
  const first = played[0] ?? { tradeMs: 0, nowMs: 0 }
  return played.map(({ tradeMs, nowMs }) => nowMs - first.nowMs - (tradeMs - first.tradeMs) / speed)
}

test.each([0.5, 1, 100, 300])('at %s times, trades come when they are due', async (speed) => {
  const deck = new Deck(600)
  await deck.play(speed)
  const late = latenessOf(deck, speed)
  expect(late).toHaveLength(600)
  expect(Math.min(...late)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...late)).toBeLessThanOrEqual(50)
})

test('at max, nothing is waited for', async () => {
  const deck = new Deck(20_000)
  await deck.play('max')
  expect(deck.played).toHaveLength(20_000)
  expect(deck.nowMs).toBe(0)
})

test('what lies before the begin is played at once', async () => {
  const deck = new Deck(100)
  await deck.play(1, 90_000)
  expect(deck.played.filter(({ nowMs }) => nowMs === 0)).toHaveLength(92)
  expect(deck.nowMs).toBeGreaterThanOrEqual(8_000)
})

test('a slow reader makes it slower, and is not made up for', async () => {
  const deck = new Deck(10)
  await deck.play(1, -Infinity, 450)
  const gaps = deck.played.map(({ nowMs }, at) => nowMs - (deck.played[at - 1]?.nowMs ?? 0))
  expect(Math.min(...gaps.slice(1))).toBeGreaterThan(1_000)
})

test('it ends when it is stopped', async () => {
  const deck = new Deck(100)
  const playing = deck.play(1)
  deck.stop.abort()
  await playing
  expect(deck.played.length).toBeLessThan(100)
})
