import { seededRandom } from '../../src/core/market/random.ts'
import type { FieldKind } from './field-values.ts'
import { drawGood } from './frame-case.ts'
import type { FrameShape, ShapedVenue } from './frame-shape.ts'

const depth = 1_000_000
/** Of seven bytes each. */
const items = 1_000_000
const vastDigits = 7_000_000

/** Whole documents, a million levels deep or 7 MB long; none is a price or a size. */
const documents = [
  () => '['.repeat(depth) + ']'.repeat(depth),
  () => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
  () => `[${'"abcd",'.repeat(items)}"abcd"]`,
  () => `"${'9'.repeat(vastDigits)}"`,
  () => '9'.repeat(vastDigits)
]
/** Those, and what never ends. */
const frames = [...documents, () => '['.repeat(depth), () => '{"a":'.repeat(depth)]

/** Frames of a venue that are wrong and vast: alone, and where a price or a size belongs. One at a time: they are large. */
export function* vastFrames({ shapes }: ShapedVenue): Generator<string> {
  for (const build of frames) yield build()
  for (const shape of shapes) {
    for (const build of documents) yield drawGood(withVast(shape, build()), seededRandom(1)).text
  }
}

/** The shape with that value in the last field that may not be missing. */
function withVast(shape: FrameShape, text: string): FrameShape {
  const field = shape.fields.findLast(({ use }) => use === 'read')
  const kind: FieldKind = { good: () => ({ text, read: null }), bad: () => text }
  const fields = shape.fields.map((each) => (each === field ? { ...each, kind } : each))
  return { ...shape, most: 1, fields }
}
