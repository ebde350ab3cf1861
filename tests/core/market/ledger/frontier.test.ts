import { describe, expect, test } from 'vitest'
import { Frontier } from '../../../../src/core/market/ledger/frontier.ts'

function standing(highestId: number): { frontier: Frontier; told: () => number } {
  let told = 0
  const frontier = new Frontier(() => (told += 1))
  frontier.highestId = highestId
  frontier.isStanding = true
  frontier.tellAtMs = 3_000
  return { frontier, told: () => told }
}

describe('Frontier', () => {
  test('takes the id after the highest, and leaves every other to the ledger', () => {
    const { frontier } = standing(7)
    expect([6, 7, 9].map((id) => frontier.takeNext(id, 100))).toEqual([false, false, false])
    expect(frontier.takeNext(8, 100)).toBe(true)
    expect(frontier).toMatchObject({ highestId: 8, provenMs: 100, sealedMs: 100 })
  })

  test('takes nothing across a break, whatever the id', () => {
    const { frontier } = standing(7)
    frontier.isStanding = false
    expect(frontier.takeNext(8, 100)).toBe(false)
    expect(frontier.takeStill(7, 100)).toBe(false)
  })

  test('takes nothing where no id is known', () => {
    const { frontier } = standing(NaN)
    expect(frontier.takeNext(1, 100)).toBe(false)
    expect(frontier.takeStill(NaN, 100)).toBe(false)
  })

  test('takes the word that nothing came since, unless a trade is awaited', () => {
    const { frontier } = standing(7)
    expect(frontier.takeStill(7, 500)).toBe(true)
    expect(frontier.sealedMs).toBe(500)
    frontier.announcedId = 8
    expect(frontier.takeStill(7, 900)).toBe(false)
    expect(frontier.sealedMs).toBe(500)
  })

  test('tells of coverage once it reached as far as was asked, and never shrinks', () => {
    const { frontier, told } = standing(7)
    frontier.seal(2_999)
    expect(told()).toBe(0)
    frontier.seal(3_000)
    frontier.seal(1_000)
    expect(told()).toBe(1)
    expect(frontier.sealedMs).toBe(3_000)
  })
})
