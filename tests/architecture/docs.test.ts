import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readRepositoryText, repositoryFiles, repositoryFolder } from '../support/repository.ts'

const pages = [
  ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...repositoryFiles('docs', /\.md$/),
  ...repositoryFiles('src', /\.md$/)
]

/** Link targets of a page that lie in the repository; links inside code do not count. */
function linksOf(text: string): string[] {
  const prose = text.replaceAll(/```[\s\S]*?```/g, '').replaceAll(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
}

/** Names under which the headings of a page can be linked to. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/^#+ (.+)$/gm)
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-')
    )
  )
}

/** Why a link of a page leads nowhere; null when it leads somewhere. */
function brokenLink(page: string, target: string): string | null {
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(repositoryFolder, file))) return `${page}: ${target}: no such file`
  if (anchor === undefined || !file.endsWith('.md')) return null
  const isThere = anchorsOf(readRepositoryText(file)).has(anchor)
  return isThere ? null : `${page}: ${target}: no such heading`
}

/** Scripts of package.json that a text tells to run. */
function scriptsIn(text: string): string[] {
  const named = [...text.matchAll(/\bnpm run (?:-s )?([a-z][a-z0-9:-]*)/g)].map(
    ([, name = '']) => name
  )
  const short = [...text.matchAll(/\bnpm (test|start)\b/g)].map(([, name = '']) => name)
  return [...named, ...short]
}

describe('the documents', () => {
  test('are all of them', () => {
    expect(pages.length).toBeGreaterThan(20)
    expect(pages).toContain('docs/adr/0001-record-decisions.md')
  })

  test('link to what is there', () => {
    const broken = pages.flatMap((page) =>
      linksOf(readRepositoryText(page)).map((target) => brokenLink(page, target))
    )
    expect(broken.length).toBeGreaterThan(30)
    expect(broken.filter((problem) => problem !== null)).toEqual([])
  })

  test('name scripts that exist', () => {
    const { scripts } = JSON.parse(readRepositoryText('package.json')) as {
      readonly scripts: Readonly<Record<string, string>>
    }
    const named = pages.flatMap((page) => scriptsIn(readRepositoryText(page)))
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([])
  })

  test('show the rooms of src as they are', () => {
    const rooms = readdirSync(join(repositoryFolder, 'src')).sort()
    const tree = /^src\/\n((?: {2}\w+\/.*\n)+)/m.exec(readRepositoryText('README.md'))?.[1] ?? ''
    expect([...tree.matchAll(/^ {2}(\w+)\//gm)].map(([, room]) => room)).toEqual(rooms)
    const map = readRepositoryText('ARCHITECTURE.md')
    const headings = [...map.matchAll(/^### (.*\/`.*)$/gm)].map(([, heading = '']) => heading)
    const mapped = headings.flatMap((heading) => [...heading.matchAll(/`(\w+)\/`/g)])
    expect(mapped.map(([, room]) => room).sort()).toEqual(rooms)
  })

  test('list every room that the import check knows', () => {
    const rules = readRepositoryText('.dependency-cruiser.cjs')
    const rooms = [...rules.matchAll(/\broom\('([^']+)\/'/g)].map(([, room = '']) => room)
    const table = readRepositoryText('ARCHITECTURE.md')
    expect(rooms.length).toBeGreaterThan(10)
    expect(rooms.filter((room) => !table.includes(`\`${room}\``))).toEqual([])
  })
})

describe('the check of the documents', () => {
  test('sees a link to nowhere, to a missing heading, and a script that is none', () => {
    const text = 'Read [a](moon.md), [b](../README.md#moon) and `[c](d)`, then `npm run moon:land`.'
    expect(linksOf(text)).toEqual(['moon.md', '../README.md#moon'])
    expect(linksOf(text).map((target) => brokenLink('docs/errors.md', target))).toEqual([
      'docs/errors.md: moon.md: no such file',
      'docs/errors.md: ../README.md#moon: no such heading'
    ])
    expect(scriptsIn(text)).toEqual(['moon:land'])
  })
})
