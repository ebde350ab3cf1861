import { eodhd } from '../../src/venues/eodhd/eodhd.ts'
import { boolean, pick, positiveNumber, wholeNumber, word, type FieldKind } from './field-values.ts'
import { bare, free, noise, read, shapedVenue } from './frame-shape.ts'

const timeMs = wholeNumber(1e12, 1e13 - 1)
const timeSeconds = wholeNumber(1e9, 1e10 - 1)

/** Milliseconds, or seconds. */
const time: FieldKind = {
  good: (random) => {
    if (random() < 0.7) return timeMs.good(random)
    const { text, read: seconds } = timeSeconds.good(random)
    return { text, read: Number(seconds) * 1_000 }
  },
  bad: timeMs.bad
}

const conditions: FieldKind = {
  good: (random) => {
    const text = pick(random, ['[]', 'null', '12', '[2,12]'])
    return { text, read: null }
  },
  bad: (random) => pick(random, ['"12"', '["12"]', 'true', '{}', '[null]', '[[1]]'])
}

const stretch: FieldKind = {
  good: (random) => {
    const text = pick(random, ['"open"', '"extended-hours"', '"extended hours"', '"closed"'])
    return { text, read: null }
  },
  bad: (random) => pick(random, ['null', '0', 'true', '{}', '[]'])
}

/** The venue numbers nothing: the ordinal of a trade makes its id. */
const trades = bare({
  name: 'trade',
  fields: [
    read('s', word({ AAPL: null })),
    read('p', positiveNumber),
    free('c', conditions),
    read('v', positiveNumber),
    free('dp', boolean),
    free('ms', stretch),
    read('t', time),
    noise('x', '"Q"')
  ],
  events: (of) => [{ kind: 'trade', eventMs: of['t'], price: of['p'], size: of['v'], side: null }]
})

/** What EODHD sends of US trades. */
export const eodhdFrames = shapedVenue(eodhd, 'AAPL', [trades])
