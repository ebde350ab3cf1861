import type { Random } from '../../src/core/market/random.ts'

/** A value as JSON text, and what a decoder must make of it. */
export type GoodValue = { readonly text: string; readonly read: unknown }

/** What a field of a frame may hold. */
export type FieldKind = {
  readonly good: (random: Random) => GoodValue
  /** Values that must be rejected, as JSON text. */
  readonly bad: (random: Random) => string
}

/** Wrong for every number, however it is written. */
const neverANumber = [
  'null',
  'true',
  '""',
  '" "',
  '"NaN"',
  '"Infinity"',
  '"-1"',
  '"1e400"',
  '"0x10"',
  '"1,5"',
  '"1.2.3"',
  '" 1"',
  '"1 "',
  '"+1"',
  '".5"',
  '"5."',
  '"１"',
  '{}',
  '[]',
  '[1]',
  '["1"]',
  '{"valueOf":1}',
  '{"__proto__":{"a":1}}',
  '{"toString":"1"}',
  '-1',
  '1e400',
  '-1e400'
]
const noInteger = ['0.5', '9007199254740992', '9007199254740993', '90071992547409931234', '"12"']
const decimalLetters = '0123456789012345678901234567890123456789....eE+- x'
const decimal = /^\d+(\.\d+)?([eE][+-]?\d+)?$/

/** One of some. */
export function pick<Value>(random: Random, values: readonly Value[]): Value {
  const value = values[Math.floor(random() * values.length)]
  if (value === undefined) throw new Error('nothing to pick from')
  return value
}

function digits(random: Random, most: number): string {
  const length = 1 + Math.floor(random() * most)
  return Array.from({ length }, () => Math.floor(random() * 10)).join('')
}

/** Decimal text of any length, small and large, with an exponent now and then. */
function decimalText(random: Random): string {
  const whole = random() < 0.3 ? '0' : digits(random, 12)
  const fraction = random() < 0.2 ? '' : `.${digits(random, 12)}`
  const exponent = random() < 0.05 ? `e${pick(random, ['-', '', '+'])}${digits(random, 1)}` : ''
  return `${whole}${fraction}${exponent}`
}

/** Letters of numbers in any order. */
function anyLetters(random: Random): string {
  const length = Math.floor(random() * 14)
  return Array.from(
    { length },
    () => decimalLetters[Math.floor(random() * decimalLetters.length)]
  ).join('')
}

/** The number that a decimal text stands for; null where it stands for none that is finite and not below 0. */
function numberOf(text: string): number | null {
  if (!decimal.test(text)) return null
  const number = Number(text)
  return Number.isFinite(number) ? number : null
}

/** Draws until a condition holds. */
function drawn<Value>(draw: () => Value, isWanted: (value: Value) => boolean): Value {
  for (;;) {
    const value = draw()
    if (isWanted(value)) return value
  }
}

function ofTexts(isGood: (number: number) => boolean, alsoBad: readonly string[]) {
  const isRight = (text: string) => {
    const number = numberOf(text)
    return number !== null && isGood(number)
  }
  return {
    good: (random: Random) => {
      const text = drawn(() => decimalText(random), isRight)
      return { text: `"${text}"`, number: Number(text) }
    },
    bad: (random: Random) => {
      if (random() < 0.6) return pick(random, [...neverANumber, ...alsoBad, '1', '0.5'])
      if (random() < 0.3) return `"-1${decimalText(random)}"`
      if (random() < 0.3) return decimalText(random).replace(/^0+(?=\d)/, '')
      return `"${drawn(
        () => anyLetters(random),
        (text) => !isRight(text) && Number(text) !== 0
      )}"`
    }
  }
}

const above = ofTexts((number) => number > 0, ['"0"', '"0.00000000"', '"1e-400"'])
const from0 = ofTexts((number) => number >= 0, [])

/** Decimal text above 0: a price, a size. */
export const positiveText: FieldKind = {
  good: (random) => {
    const { text, number } = above.good(random)
    return { text, read: number }
  },
  bad: above.bad
}

/** Decimal text of at least 0. @param ofZero What 0 is read as. */
export function amountText(ofZero: 0 | null): FieldKind {
  return {
    good: (random) => {
      if (random() < 0.1) return { text: pick(random, ['"0"', '"0.00000000"']), read: ofZero }
      const { text, number } = above.good(random)
      return { text, read: number }
    },
    bad: from0.bad
  }
}

/** As `amountText`, where empty text says none. */
export function amountOrNoneText(ofZero: 0 | null): FieldKind {
  const { good, bad } = amountText(ofZero)
  return {
    good: (random) => (random() < 0.1 ? { text: '""', read: null } : good(random)),
    bad: (random) =>
      drawn(
        () => bad(random),
        (text) => text !== '""'
      )
  }
}

/** A JSON number above 0. */
export const positiveNumber: FieldKind = {
  good: (random) => {
    const { text, number } = above.good(random)
    const bare = text.slice(1, -1).replace(/^0+(?=\d)/, '')
    return { text: bare, read: number }
  },
  bad: (random) =>
    random() < 0.7
      ? pick(random, [...neverANumber, '0', '-0', '-0.5', '1e-400', '"1"', '"300.25"'])
      : `-${decimalText(random).replace(/^0+(?=\d)/, '')}`
}

/** A whole JSON number that is exact. @param least The smallest that is right. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): FieldKind {
  return {
    good: (random) => {
      const edge = random() < 0.05 ? pick(random, [least, most]) : null
      const number = edge ?? least + Math.floor(random() * (most - least))
      return { text: String(number), read: number }
    },
    bad: (random) => {
      if (random() < 0.8) {
        const beyond = least > 0 ? ['0', String(least - 1)] : []
        return pick(random, [...neverANumber, ...noInteger, ...beyond])
      }
      return `${pick(random, ['-', '9007199254740993'])}${1 + Math.floor(random() * 1e9)}`
    }
  }
}

/** ISO-8601 UTC text with up to nine digits of seconds; read as ms with microseconds. */
export const isoTime: FieldKind = {
  good: (random) => {
    const seconds = 1_500_000_000 + Math.floor(random() * 500_000_000)
    const places = Math.floor(random() * 10)
    const fraction = places === 0 ? '' : digits(random, 9).padEnd(9, '7').slice(0, places)
    const second = new Date(seconds * 1_000).toISOString().slice(0, 19)
    const micros = Number(fraction.padEnd(6, '0').slice(0, 6))
    const text = fraction === '' ? `"${second}Z"` : `"${second}.${fraction}Z"`
    return { text, read: (seconds * 1_000_000 + micros) / 1_000 }
  },
  bad: (random) =>
    pick(random, [
      ...neverANumber,
      '1790000000000',
      '0',
      '"2026-02-30T00:00:00.000000Z"',
      '"2026-13-01T00:00:00.000000Z"',
      '"2026-09-21T25:00:00.000000Z"',
      '"2026-09-21T13:60:00.000000Z"',
      '"2026-09-21T13:33:61.000000Z"',
      '"2026-09-21 13:33:20.104422Z"',
      '"2026-09-21T13:33:20.104422"',
      '"2026-09-21T13:33:20.104422+01:00"',
      '"2026-09-21T13:33:20.Z"',
      '"2026-9-21T13:33:20.104422Z"',
      '"now"'
    ])
}

/** One of some words. @param words What each is read as. */
export function word(words: Readonly<Record<string, unknown>>): FieldKind {
  return {
    good: (random) => {
      const [text, read] = pick(random, Object.entries(words))
      return { text: JSON.stringify(text), read }
    },
    bad: (random) =>
      pick(random, [...neverANumber, '0', '1', '"mystery"', '"__proto__"', '"toString"'])
  }
}

/** Any text that is not empty. */
export const textId: FieldKind = {
  good: (random) => {
    const text = pick(random, [digits(random, 25), `${digits(random, 8)}-${digits(random, 4)}`])
    return { text: `"${text}"`, read: text }
  },
  bad: (random) => pick(random, ['null', 'true', '""', '0', '12', '1e400', '{}', '[]', '["a"]'])
}

export const boolean: FieldKind = {
  good: (random) =>
    pick(
      random,
      [true, false].map((read) => ({ text: String(read), read }))
    ),
  bad: (random) => pick(random, ['null', '"true"', '""', '0', '1', '{}', '[]', '[true]', '1e400'])
}

/** Something that nobody reads: nothing it holds may matter. */
export function unread(of: string): FieldKind {
  return {
    good: (random) => ({
      text: random() < 0.9 ? of : pick(random, [...neverANumber, '"\\u0000\\"{"']),
      read: null
    }),
    bad: () => {
      throw new Error('nothing is wrong in a field that is not read')
    }
  }
}
