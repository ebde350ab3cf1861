/**
 * Mixes three integers into 32 well-spread bits: a random number that can be asked for again, at any
 * place and in any order. History before the start is made of these.
 */
export function hash32(seed: number, stream: number, index: number): number {
  let mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 15) ^ stream, 0xc2b2ae35)
  mixed = Math.imul(mixed ^ (mixed >>> 13) ^ index, 0x27d4eb2f)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** `hash32` as a number in [0, 1). */
export function hashUnit(seed: number, stream: number, index: number): number {
  return hash32(seed, stream, index) / 4_294_967_296
}

/** Turns a text into a seed of its own. */
export function seedOf(seed: number, text: string): number {
  let mixed = seed | 0
  for (let i = 0; i < text.length; i += 1) mixed = hash32(mixed, i, text.charCodeAt(i))
  return mixed
}
