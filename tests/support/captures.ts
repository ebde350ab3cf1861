import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openFrames } from '../../src/recordings/frames.ts'
import type { RecordedFrame } from '../../src/recordings/recorded-frame.ts'
import type { FrameParser, ParsedFrame } from '../../src/venues/venue.ts'

/** Captured frames of real venues, beside the checkout; never copied into it. */
const folder = join(import.meta.dirname, '../../../shared/recordings')

/** Path of a capture by its name in the folder's manifest. */
export function capture(name: string): string {
  return join(folder, name)
}

/** A suite over captured frames; where they are absent it says so in one line instead. */
export function describeCaptures(name: string, suite: () => void): void {
  if (existsSync(folder)) {
    describe(name, suite)
    return
  }
  test(`${name}: not compared, no captures beside the checkout`, () => {
    console.info(`${name}: no captures at ${folder}, nothing compared with real frames`)
    expect(existsSync(folder)).toBe(false)
  })
}

/** What a parser made of one received frame. */
export type ReplayedFrame = { readonly frame: RecordedFrame; readonly parsed: ParsedFrame }

/** Runs the received frames of a capture through a parser, in order. */
export async function replayCapture(name: string, parser: FrameParser): Promise<ReplayedFrame[]> {
  const replayed: ReplayedFrame[] = []
  for await (const frame of openFrames(capture(name))) {
    if (frame.direction !== 'received') continue
    replayed.push({ frame, parsed: parser.parse(Buffer.from(frame.frame), frame.receivedMs) })
  }
  return replayed
}

/** Counts what frames came to: by event kind, else by outcome and type. */
export function tally(replayed: readonly ReplayedFrame[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>()
  for (const { parsed } of replayed) {
    for (const name of namesOf(parsed)) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return Object.fromEntries(counts)
}

function namesOf(parsed: ParsedFrame): readonly string[] {
  switch (parsed.kind) {
    case 'events':
      return parsed.events.map(({ kind }) => kind)
    case 'ignored':
    case 'unknown':
      return [`${parsed.kind} ${parsed.type}`]
    case 'rejected':
      return [`rejected ${parsed.reason}`]
    default:
      return [parsed.kind]
  }
}
