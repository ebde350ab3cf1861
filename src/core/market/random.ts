/** A source of numbers in [0, 1). Seeded wherever a run must repeat. */
export type Random = () => number

/**
 * Makes a seeded random source (mulberry32: 32-bit state, period 2^32; good enough for markets and
 * jitter, never for secrets).
 *
 * @param seed Any integer; only its low 32 bits count.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
