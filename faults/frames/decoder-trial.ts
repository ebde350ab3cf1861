import type { Random } from '../../src/core/market/random.ts'
import type { FrameParser, ParsedFrame } from '../../src/venues/venue.ts'
import { pick } from './field-values.ts'
import { drawBad, drawGood, type FrameCase } from './frame-case.ts'
import type { ShapedVenue } from './frame-shape.ts'

/** What a decoder made of many frames. */
export type DecoderTrial = {
  readonly good: number
  readonly bad: number
  /** Wrong frames out of which something was read. */
  readonly acceptedBad: number
  /** Right frames that were not read, or not as what they say. */
  readonly rejectedGood: number
  readonly thrown: number
  /** The longest that one frame took, ms. */
  readonly longestMs: number
  /** The first few that were taken wrongly, in words. */
  readonly examples: readonly string[]
}

const receivedMs = 1_790_000_000_000.25
const mostExamples = 5

/** Has a decoder read as many frames, half of them with exactly one thing wrong, all by one parser. */
export function tryDecoder(
  parser: FrameParser,
  { instrument, shapes }: ShapedVenue,
  { cases, random }: { readonly cases: number; readonly random: Random }
): DecoderTrial {
  const count = { good: 0, bad: 0, acceptedBad: 0, rejectedGood: 0, thrown: 0, longestMs: 0 }
  const examples: string[] = []
  for (let drawn = 0; drawn < cases; drawn += 1) {
    const shape = pick(random, shapes)
    const isBad = random() < 0.5
    const frame = isBad ? drawBad(shape, random) : drawGood(shape, random)
    count[isBad ? 'bad' : 'good'] += 1
    const bytes = Buffer.from(frame.text)
    const fromMs = performance.now()
    const parsed = parse(parser, bytes)
    count.longestMs = Math.max(count.longestMs, performance.now() - fromMs)
    const isTaken = parsed !== null && isTakenAs(parsed, frame, instrument.id)
    if (parsed === null) count.thrown += 1
    else if (!isTaken) count[isBad ? 'acceptedBad' : 'rejectedGood'] += 1
    if (!isTaken && examples.length < mostExamples) {
      examples.push(`${frame.flaw ?? 'good'}: ${JSON.stringify(parsed)} of ${frame.text}`)
    }
  }
  return { ...count, examples }
}

/** Null where it throws. */
function parse(parser: FrameParser, bytes: Buffer): ParsedFrame | null {
  try {
    return parser.parse(bytes, receivedMs)
  } catch {
    return null
  }
}

/** Whether a frame was taken as it must be: a wrong one gives nothing, a right one what it says. */
function isTakenAs(
  parsed: ParsedFrame,
  { flaw, expected }: FrameCase,
  instrument: string
): boolean {
  if (flaw !== null) return parsed.kind === 'rejected' || parsed.kind === 'unknown'
  if (parsed.kind !== 'events' || parsed.events.length !== expected.length) return false
  return expected.every((event, place) => {
    const read = parsed.events[place] as Readonly<Record<string, unknown>> | undefined
    const { eventMs, ...others } = event
    const wanted = { ...others, eventMs: eventMs ?? receivedMs, receivedMs, instrument }
    return Object.entries(wanted).every(([name, value]) => read?.[name] === value)
  })
}
