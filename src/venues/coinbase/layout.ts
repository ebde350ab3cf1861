/** A flat frame's fields, in the order the venue writes them. */
export type FrameLayout = readonly LayoutField[]

type LayoutField = {
  /** Everything that must stand before the value: `,"price":"`. */
  readonly lead: Uint8Array
  readonly kind: 'text' | 'integer'
}

/** Where each field's value lies in the frame scanned last: [starts[i], ends[i]). */
export type FieldBounds = { readonly starts: Int32Array; readonly ends: Int32Array }

const quoteCode = 0x22
const closingBrace = 0x7d
const zero = 0x30

/** 1 for bytes that stand for themselves inside a JSON string: printable ASCII but quote and backslash. */
const plainText = new Uint8Array(256)
  .fill(1, 0x20, 0x7f)
  .fill(0, quoteCode, quoteCode + 1)
  .fill(0, 0x5c, 0x5d)

/** Builds a layout from the field names of a documented frame, `text` in quotes and `integer` bare. */
export function buildLayout(
  fields: readonly (readonly [name: string, kind: 'text' | 'integer'])[]
): FrameLayout {
  return fields.map(([name, kind], index) => {
    const before = index === 0 ? '{' : fields[index - 1]?.[1] === 'text' ? '",' : ','
    return { lead: Buffer.from(`${before}"${name}":${kind === 'text' ? '"' : ''}`), kind }
  })
}

/**
 * Checks that a frame is written exactly like `layout`, every byte of it, and notes where the values lie.
 *
 * Only frames that `JSON.parse` reads the same way pass: no blanks, escapes, other keys or other order.
 * The last field must be text or integer and end the frame.
 */
export function scanLayout(frame: Uint8Array, layout: FrameLayout, bounds: FieldBounds): boolean {
  const { starts, ends } = bounds
  let at = 0
  let isText = false
  for (let index = 0; index < layout.length; index += 1) {
    const field = layout[index]
    if (field === undefined) return false
    const lead = field.lead
    const length = lead.length
    for (let offset = 0; offset < length; offset += 1) {
      if (frame[at + offset] !== lead[offset]) return false
    }
    at += length
    isText = field.kind === 'text'
    const end = isText ? endOfText(frame, at) : endOfInteger(frame, at)
    if (end < 0) return false
    starts[index] = at
    ends[index] = end
    at = end
  }
  if (isText) {
    if (frame[at] !== quoteCode) return false
    at += 1
  }
  return frame[at] === closingBrace && at + 1 === frame.length
}

function endOfText(frame: Uint8Array, start: number): number {
  let at = start
  while (plainText[frame[at] ?? 0] === 1) at += 1
  return at
}

/** At least one digit, no leading zero: others are not JSON. */
function endOfInteger(frame: Uint8Array, start: number): number {
  let at = start
  let digit = (frame[at] ?? 0) - zero
  const startsWithZero = digit === 0
  while (digit >= 0 && digit <= 9) {
    at += 1
    digit = (frame[at] ?? 0) - zero
  }
  return at === start || (startsWithZero && at > start + 1) ? -1 : at
}
