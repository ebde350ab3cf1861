import { describe, expect, test } from 'vitest'
import { sizeField, withNeedlessCheck, withoutCheck } from '../../faults/frames/careless-decoder.ts'
import { tryDecoder } from '../../faults/frames/decoder-trial.ts'
import { shapedVenues } from '../../faults/frames/shaped-venues.ts'
import { seededRandom } from '../../src/core/market/random.ts'
import type { FrameParser } from '../../src/venues/venue.ts'
import { venues } from '../../src/venues/registry.ts'

test('every venue has frames to be tried with', () => {
  const shaped = shapedVenues.map(({ venue }) => venue.id)
  expect(shaped.sort()).toEqual(venues.map(({ id }) => id).sort())
})

describe.each(shapedVenues)('$venue.id', (shaped) => {
  const { venue, instrument } = shaped
  const trial = (change: (parser: FrameParser) => FrameParser, cases: number) =>
    tryDecoder(change(venue.createParser([instrument], 'p12')), shaped, {
      cases,
      random: seededRandom(7)
    })

  test('takes nothing from a wrong frame and all of a right one, and is never stopped', () => {
    const before = Reflect.ownKeys(Object.prototype)
    const { good, bad, examples, ...found } = trial((parser) => parser, 8_000)
    expect(examples).toEqual([])
    expect(found).toMatchObject({ acceptedBad: 0, rejectedGood: 0, thrown: 0 })
    expect(Math.min(good, bad)).toBeGreaterThan(3_000)
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before)
  })

  test('is found out with the check of sizes left out, with one too many, and when it throws', () => {
    expect(trial((parser) => withoutCheck(parser, sizeField), 2_000).acceptedBad).toBeGreaterThan(0)
    expect(trial(withNeedlessCheck, 2_000).rejectedGood).toBeGreaterThan(0)
    const throwing = () => ({
      parse: () => {
        throw new Error('no')
      }
    })
    expect(trial(throwing, 10)).toMatchObject({ thrown: 10, acceptedBad: 0, rejectedGood: 0 })
  })
})
