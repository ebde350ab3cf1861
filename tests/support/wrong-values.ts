import fc from 'fast-check'

/** Values that must never pass for a price, a size, a time or an id, whatever the field (FAULTS P12). */
export const wrongValues: readonly unknown[] = [
  null,
  true,
  '',
  ' ',
  'NaN',
  'Infinity',
  '-1',
  '0',
  '0.00000000',
  '1e400',
  '1e-400',
  '0x10',
  '1,5',
  '1.2.3',
  ' 1',
  '１',
  -1,
  0.5,
  2 ** 53,
  {},
  [],
  [1],
  { valueOf: 1 }
]

/** Bytes of any kind: noise, JSON of any shape, cut-off and doubled frames. */
export function anyBytes(good: readonly string[]): fc.Arbitrary<Buffer> {
  const frame = fc.constantFrom(...good)
  return fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.json().map((text) => Buffer.from(text)),
    fc.jsonValue().map((value) => Buffer.from(JSON.stringify({ ['__proto__']: value, e: value }))),
    fc.tuple(frame, fc.nat(200)).map(([text, cut]) => Buffer.from(text.slice(0, cut))),
    fc.tuple(frame, frame).map(([one, other]) => Buffer.from(one + other)),
    fc.tuple(frame, fc.nat(300), fc.nat(255)).map(([text, at, byte]) => {
      const bytes = Buffer.from(text)
      bytes[at % bytes.length] = byte
      return bytes
    })
  )
}
