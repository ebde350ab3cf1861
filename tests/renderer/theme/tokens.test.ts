import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const css = readFileSync(new URL('../../../src/renderer/theme/tokens.css', import.meta.url), 'utf8')

type Tokens = ReadonlyMap<string, string>

function tokensOf(selector: string): Tokens {
  const start = css.indexOf(`${selector} {`)
  if (start < 0) throw new Error(`no ${selector} in tokens.css`)
  const body = css.slice(start, css.indexOf('}', start))
  return new Map(
    [...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})\b/g)].map((match) => [
      match[1] ?? '',
      match[2] ?? ''
    ])
  )
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(tokens: Tokens, text: string, ground: string): number {
  const [high = 0, low = 0] = [text, ground]
    .map((name) => luminance(tokens.get(name) ?? '#000000'))
    .sort((left, right) => right - left)
  return (high + 0.05) / (low + 0.05)
}

describe('colour tokens', () => {
  describe.each(['dark', 'light'])('in the %s theme', (theme) => {
    const base = tokensOf(`:root[data-theme='${theme}']`)
    const pairs = [
      ['text', 'surface'],
      ['text-2', 'surface'],
      ['text-3', 'surface'],
      ['text-2', 'raised'],
      ['text-2', 'hover'],
      ['text-2', 'accent-ground'],
      ['text-3', 'raised'],
      ['text-3', 'hover'],
      ['text-3', 'accent-ground'],
      ['accent', 'surface'],
      ['accent', 'accent-ground'],
      ['on-accent', 'accent'],
      ['warn', 'surface'],
      ['warn', 'warn-ground'],
      ['bad', 'bad-ground'],
      ['gap-open', 'surface'],
      ['gap-lost', 'surface'],
      ['gap-refilled', 'surface'],
      ['gap-unproven', 'surface']
    ] as const
    test.each(pairs)('%s is legible on %s', (text, ground) => {
      expect(contrast(base, text, ground)).toBeGreaterThanOrEqual(4.5)
    })

    test.each(['blue-orange', 'classic', 'mono'])('up and down of %s are legible', (palette) => {
      const tokens = new Map([
        ...base,
        ...tokensOf(`:root[data-theme='${theme}'][data-palette='${palette}']`)
      ])
      for (const text of ['up-text', 'down-text']) {
        for (const ground of ['surface', 'accent-ground']) {
          expect(contrast(tokens, text, ground)).toBeGreaterThanOrEqual(4.5)
        }
      }
    })
  })
})
