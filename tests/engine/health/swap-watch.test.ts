import { describe, expect, test } from 'vitest'
import { parseSwap, SwapWatch, type SwapReading } from '../../../src/engine/health/swap-watch.ts'

const mb = 1_048_576

/** Looks once each 30 s at what was prepared. */
async function lookedAt(readings: readonly (SwapReading | null)[]): Promise<SwapWatch> {
  const left = [...readings]
  const watch = new SwapWatch(() => Promise.resolve(left.shift() ?? null))
  for (const [index] of readings.entries()) await watch.look(index * 30_000)
  return watch
}

describe('SwapWatch', () => {
  test('is content while nothing is swapped', async () => {
    const watch = await lookedAt([
      { swappedBytes: 0, pages: 5_000_000 },
      { swappedBytes: 0, pages: 5_000_100 },
      { swappedBytes: 0, pages: 5_000_200 }
    ])
    expect(watch.figures).toEqual({ swappedBytes: 0, isSwapping: false })
  })

  test('tells when more than 50 MB of the process are swapped out, and when they are back', async () => {
    const away = { swappedBytes: 51 * mb, pages: 0 }
    expect((await lookedAt([away])).figures).toMatchObject({ isSwapping: true })
    expect((await lookedAt([away, { swappedBytes: 9 * mb, pages: 0 }])).figures).toEqual({
      swappedBytes: 9 * mb,
      isSwapping: false
    })
  })

  test('tells when pages come and go steadily, not when they did once', async () => {
    const pages = (total: number) => ({ swappedBytes: 0, pages: total })
    const once = await lookedAt([pages(0), pages(20_000), pages(20_001)])
    expect(once.figures.isSwapping).toBe(false)
    const steadily = await lookedAt([pages(0), pages(20_000), pages(40_000)])
    expect(steadily.figures.isSwapping).toBe(true)
  })

  test('says that it does not know where the system does not tell', async () => {
    expect((await lookedAt([null, null])).figures).toEqual({
      swappedBytes: null,
      isSwapping: false
    })
  })

  test('looks every 30 s, and not while a look is under way', async () => {
    let looks = 0
    const answer = Promise.withResolvers<SwapReading | null>()
    const watch = new SwapWatch(() => {
      looks += 1
      return answer.promise
    })
    const first = watch.look(0)
    await watch.look(40_000)
    expect(looks).toBe(1)
    answer.resolve(null)
    await first
    await watch.look(29_000)
    expect(looks).toBe(1)
    await watch.look(30_000)
    expect(looks).toBe(2)
  })

  test('survives a system that does not answer', async () => {
    const watch = new SwapWatch(() => Promise.reject(new Error('not mounted')))
    await watch.look(0)
    expect(watch.figures.swappedBytes).toBeNull()
  })
})

describe('parseSwap', () => {
  const status = 'Name:\tnode\nVmRSS:\t  170000 kB\nVmSwap:\t    2048 kB\nThreads:\t12\n'
  const machine = 'pgpgin 12\npswpin 30\npswpout 12\npgfault 7\n'

  test('reads what Linux writes', () => {
    expect(parseSwap(status, machine)).toEqual({ swappedBytes: 2 * mb, pages: 42 })
  })

  test.each([
    ['', machine],
    [status, 'pswpin 30\n']
  ])('knows nothing where a line is missing', (...texts) => {
    expect(parseSwap(...texts)).toBeNull()
  })
})
