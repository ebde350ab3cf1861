import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'

const telling = new URL('../support/tell-loaded.ts', import.meta.url).href

/** Packages that an entry loads before it does anything; none of these gets further without its host. */
function packagesOf(entry: string): ReadonlySet<string> {
  const { stdout } = spawnSync(process.execPath, ['--import', telling, `src/engine/${entry}.ts`], {
    encoding: 'utf8'
  })
  expect(stdout).toContain(`/src/engine/${entry}.ts`)
  return new Set([...stdout.matchAll(/\/node_modules\/([^/\n]+)/g)].map(([, name]) => name ?? ''))
}

/** Each thread of the engine pays for what it loads: hyparquet-writer alone takes 8 MB. */
describe('what the engine loads', () => {
  test('is neither SQLite nor Parquet in its main thread', () => {
    const packages = packagesOf('index')
    expect(packages).toContain('ws')
    for (const name of ['better-sqlite3', 'hyparquet', 'hyparquet-writer', 'ccxt'])
      expect(packages).not.toContain(name)
  })

  test.each(['writer-thread', 'reader-thread'])('writes no Parquet in its %s', (entry) => {
    const packages = packagesOf(entry)
    expect(packages).toContain('hyparquet')
    expect(packages).not.toContain('hyparquet-writer')
  })

  test('is seen where Parquet is written', () => {
    expect(packagesOf('export-data')).toContain('hyparquet-writer')
  })
})
