const quads: readonly string[] = Array.from(new Array(0x10000).keys(), (value) =>
  value.toString(16).padStart(4, '0')
)

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x45d9f3b)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

function quad(value: number): string {
  return quads[value & 0xffff] ?? '0000'
}

/** Makes the order id (UUID, version 4 in form) of a pair of numbers; the same pair gives the same id. */
export function orderId(seed: number, ordinal: number): string {
  const a = mix(Math.imul(seed, 0x9e3779b1) ^ (ordinal | 0))
  const b = mix(a ^ Math.floor(ordinal / 0x1_0000_0000) ^ 0x85ebca6b)
  const c = mix(b ^ 0xc2b2ae35)
  const d = mix(c ^ seed)
  const version = quad(0x4000 | (b & 0x0fff))
  const variant = quad(0x8000 | (c & 0x3fff))
  return `${quad(a >>> 16)}${quad(a)}-${quad(b >>> 16)}-${version}-${variant}-${quad(c >>> 16)}${quad(d >>> 16)}${quad(d)}`
}
