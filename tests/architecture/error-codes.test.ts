import { describe, expect, test } from 'vitest'
import { readRepositoryText, repositoryFiles } from '../support/repository.ts'

const page = 'docs/errors.md'

/** Where codes are born; each pattern finds text that holds one or more of them in quotes. */
const births: Readonly<Record<string, RegExp>> = {
  'code unions':
    /export type \w+(?:ErrorCode|Refusal) =((?:[^\n]*\n)(?:\s+(?:\||\/\*\*)[^\n]*\n)*)/g,
  'engine failures': /new EngineFailure\(\s*('[^']+')/g,
  'HTTP refusals': /new RequestError\(\s*\d+,\s*('[^']+')/g,
  'stream errors': /\bcode: ('[a-z-]+'),\s+message/g
}

/** Rooms whose errors users and their programs get to see; what a venue says of itself is no error of ours. */
const rooms = ['contracts', 'core', 'engine', 'recordings', 'renderer', 'service', 'venues']
const isVenueFolder = (path: string): boolean => /^src\/venues\/[^/]+\//.test(path)

/** The codes that a source text gives birth to; may repeat. */
function codesIn(text: string, birth: RegExp): string[] {
  return [...text.matchAll(birth)].flatMap(([, part = '']) =>
    [...part.replaceAll(/\/\*\*.*?\*\//g, '').matchAll(/'([a-z-]+)'/g)].map(([, code = '']) => code)
  )
}

/** The codes that stand in the tables of a page. */
function codesOnPage(text: string): ReadonlySet<string> {
  const cells = text.matchAll(/^\| (?:\d{3}\s+\| )?`([a-z-]+)`\s+\|/gm)
  return new Set([...cells].map(([, code = '']) => code))
}

const sources = rooms
  .flatMap((room) => repositoryFiles(`src/${room}`, /\.tsx?$/))
  .filter((path) => !isVenueFolder(path))
  .map(readRepositoryText)

describe('docs/errors.md', () => {
  test.each(Object.entries(births))('explains all %s', (...[, birth]) => {
    const codes = new Set(sources.flatMap((text) => codesIn(text, birth)))
    expect(codes.size).toBeGreaterThan(3)
    const explained = codesOnPage(readRepositoryText(page))
    expect([...codes].filter((code) => !explained.has(code))).toEqual([])
  })

  test('explains nothing that no source can give', () => {
    const codes = new Set(
      Object.values(births).flatMap((birth) => sources.flatMap((text) => codesIn(text, birth)))
    )
    expect([...codesOnPage(readRepositoryText(page))].filter((code) => !codes.has(code))).toEqual(
      []
    )
  })

  test('is checked by patterns that find a new code of every kind', () => {
    const found = Object.values(births).map((birth) =>
      codesIn(
        `
        export type MoonErrorCode =
          /** Not 'this'. */
          | 'moon-one'
          | 'moon-two'
        throw new EngineFailure('moon-three', 'no', 2)
        throw new RequestError(
          400,
          'moon-four',
          'no'
        )
        return { code: 'moon-five', message: 'no' }
        `,
        birth
      )
    )
    expect(found).toEqual([['moon-one', 'moon-two'], ['moon-three'], ['moon-four'], ['moon-five']])
    const rows = '| `moon-one` | far |\n| 400    | `moon-four` | near |\nso is `moon-six`'
    expect([...codesOnPage(rows)]).toEqual(['moon-one', 'moon-four'])
  })
})
