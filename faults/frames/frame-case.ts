import type { Random } from '../../src/core/market/random.ts'
import { pick } from './field-values.ts'
import type { ExpectedEvent, FrameField, FrameShape, ReadValues } from './frame-shape.ts'

/** A frame, and what a decoder must make of it. */
export type FrameCase = {
  readonly text: string
  /** What is wrong with it, in words; null: nothing is, and `expected` must come out of it. */
  readonly flaw: string | null
  readonly expected: readonly ExpectedEvent[]
}

type Entry = { readonly name: string; readonly text: string }

/** One object of a frame: what is written, and what must be read out of it. */
type Written = { readonly entries: readonly Entry[]; readonly values: ReadValues }

const wholeFlaws = ['cut', 'twice', 'byte order mark', 'an array'] as const

/** Draws a frame with nothing wrong, however its fields are ordered and whatever else it says. */
export function drawGood(shape: FrameShape, random: Random): FrameCase {
  const objects = drawObjects(shape, random)
  const texts = objects.map(({ entries }) => writeObject(shape, entries, random))
  const text = shape.wrap(texts, random)
  return { text, flaw: null, expected: objects.flatMap(({ values }) => shape.events(values)) }
}

/** Draws a frame with exactly one thing wrong. */
export function drawBad(shape: FrameShape, random: Random): FrameCase {
  const objects = drawObjects(shape, random)
  if (random() < 0.05) return spoiltWhole(shape, objects, random)
  const place = Math.floor(random() * objects.length)
  let flaw = ''
  const texts = objects.map(({ entries }, at) => {
    if (at !== place) return writeObject(shape, entries, random)
    const spoilt = spoil(shape, entries, random)
    flaw = spoilt.flaw
    return writeObject(shape, spoilt.entries, random)
  })
  return { text: shape.wrap(texts, random), flaw, expected: [] }
}

function drawObjects(shape: FrameShape, random: Random): readonly Written[] {
  const count = 1 + Math.floor(random() * shape.most)
  return Array.from({ length: count }, () => {
    const entries: Entry[] = []
    const values: Record<string, unknown> = {}
    for (const { name, kind, use } of shape.fields) {
      if (use === 'free' && random() < 0.15) continue
      const { text, read } = kind.good(random)
      entries.push({ name, text })
      values[name] = read
    }
    return { entries, values }
  })
}

/** Makes one field wrong, in one of the ways to be wrong. */
function spoil(
  { fields, isList = false }: FrameShape,
  entries: readonly Entry[],
  random: Random
): { readonly entries: readonly Entry[]; readonly flaw: string } {
  const field = pick(
    random,
    fields.filter(({ use }) => use !== 'noise')
  )
  const { name, use } = field
  const others = entries.filter((entry) => entry.name !== name)
  const way = isList ? random() * 0.85 : random()
  if (way < 0.75 || use === 'free') return withWrong(field, entries, random)
  if (way < 0.85) return { entries: others, flaw: `${name} is missing` }
  const right = entries.find((entry) => entry.name === name)?.text ?? 'null'
  if (way < 0.93) {
    const inherited = { name: '__proto__', text: `{"${name}":${right}}` }
    return { entries: [...others, inherited], flaw: `${name} is that of __proto__` }
  }
  const wrong = field.kind.bad(random)
  return { entries: [...entries, { name, text: wrong }], flaw: `${name} is at last ${wrong}` }
}

function withWrong(
  { name, kind }: FrameField,
  entries: readonly Entry[],
  random: Random
): { readonly entries: readonly Entry[]; readonly flaw: string } {
  const text = kind.bad(random)
  const at = entries.findIndex((entry) => entry.name === name)
  const changed = at < 0 ? [...entries, { name, text }] : entries.with(at, { name, text })
  return { entries: changed, flaw: `${name} is ${text}` }
}

function spoiltWhole(shape: FrameShape, objects: readonly Written[], random: Random): FrameCase {
  const texts = objects.map(({ entries }) => writeObject(shape, entries, random))
  const text = shape.wrap(texts, random)
  const flaw = pick(random, wholeFlaws)
  const spoilt = {
    cut: () => text.slice(0, Math.floor(random() * text.length)),
    twice: () => text + text,
    'byte order mark': () => `\ufeff${text}`,
    'an array': () => `[${text}]`
  }
  return { text: spoilt[flaw](), flaw, expected: [] }
}

/** As a venue writes it; now and then in another order, with blanks, or with something more. */
function writeObject(
  { isList = false }: FrameShape,
  entries: readonly Entry[],
  random: Random
): string {
  if (isList) return `[${entries.map(({ text }) => text).join(',')}]`
  const more = random() < 0.1 ? [pick(random, extras)] : []
  const isDoubled = new Set(entries.map(({ name }) => name)).size < entries.length
  const isTurned = !isDoubled && random() < 0.1
  const ordered = isTurned ? [...more, ...entries].toReversed() : [...entries, ...more]
  const blank = random() < 0.1 ? ' ' : ''
  return `{${ordered.map(({ name, text }) => `"${name}":${blank}${text}`).join(`,${blank}`)}}`
}

/** What must change nothing. */
const extras: readonly Entry[] = [
  { name: 'extra_field', text: '{"nested":[1,"two",null]}' },
  { name: 'constructor', text: '{"prototype":{"isPolluted":true}}' },
  { name: '__proto__', text: '{"isPolluted":true,"price":"1","p":"1","size":"1"}' },
  { name: 'toString', text: 'null' }
]
