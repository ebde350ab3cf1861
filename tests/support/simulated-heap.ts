import type { Random } from '../../src/core/market/random.ts'

const bytesPerMb = 1_048_576

/** What a full collection left, and the memory of the process at its time. */
export type HeapMoment = {
  readonly atMs: number
  readonly floorBytes: number
  readonly residentBytes: number
}

/**
 * The floors of a heap that is in use: noise that hangs together, structures that fill for an hour and are
 * emptied, and a leak if wanted. One full collection every 8 to 16 s.
 */
export function* simulatedHeap(options: {
  readonly random: Random
  readonly forMs: number
  readonly leakMbPerMinute: number
  readonly leakFromMs?: number
  /** Between full collections at least, ms. */
  readonly everyMs?: number
}): Generator<HeapMoment> {
  const { random, forMs, leakMbPerMinute, leakFromMs = 0, everyMs = 8_000 } = options
  const hourMs = 3_600_000
  let wobbleMb = 0
  for (let atMs = 0; atMs < forMs; atMs += everyMs * (1 + random())) {
    wobbleMb = 0.7 * wobbleMb + 1.5 * (random() + random() + random() - 1.5)
    const fillingMb = (8 * (atMs % hourMs)) / hourMs
    const leakedMb = (leakMbPerMinute * Math.max(0, atMs - leakFromMs)) / 60_000
    const floorMb = 28 + wobbleMb + fillingMb + leakedMb
    const residentMb = 170 + 20 * random() + fillingMb + leakedMb
    yield { atMs, floorBytes: floorMb * bytesPerMb, residentBytes: residentMb * bytesPerMb }
  }
}
