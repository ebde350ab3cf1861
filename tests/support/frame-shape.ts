function textKind(text: string): string {
  if (text === '') return 'empty text'
  if (/^-?\d+(\.\d+)?$/.test(text)) return 'decimal text'
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) return 'uuid'
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(text)) return 'time in microseconds'
  return 'text'
}

/**
 * Describes a JSON value by keys in their order and kinds of values; of arrays, each different
 * element once, in text order. Values of the same form give the same description.
 */
export function shapeOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return textKind(value)
  if (Array.isArray(value)) return `[${[...new Set(value.map(shapeOf))].sort().join(' | ')}]`
  if (typeof value === 'object') {
    const fields = Object.entries(value).map(([name, field]) => `${name}: ${shapeOf(field)}`)
    return `{${fields.join(', ')}}`
  }
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'fraction'
  return typeof value
}

/** Describes a frame's text. */
export function shapeOfText(text: string): string {
  return shapeOf(JSON.parse(text))
}
