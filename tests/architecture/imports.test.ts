import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { describe, expect, test } from 'vitest'
import { scratchFolder } from '../support/scratch-folder.ts'

const root = join(import.meta.dirname, '..', '..')
const command = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs')
const config = join(root, '.dependency-cruiser.cjs')

type Cruise = {
  readonly modules: readonly { readonly source: string }[]
  readonly summary: {
    readonly violations: readonly {
      readonly from: string
      readonly to: string
      readonly rule: { readonly name: string }
    }[]
  }
}

/** Runs the import check on a folder that holds `src`, as `npm run imports` does. */
function cruise(folder: string): Cruise {
  const result = spawnSync(
    process.execPath,
    [command, '--config', config, '--output-type', 'json', 'src'],
    { cwd: folder, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 }
  )
  return JSON.parse(result.stdout) as Cruise
}

function sourceFiles(folder: string): string[] {
  return readdirSync(join(folder, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
}

/** Builds a little tree that breaks the rules in a known way. */
async function brokenTree(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await scratchFolder()
  copyFileSync(join(root, 'tsconfig.base.json'), join(folder, 'tsconfig.base.json'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

describe('the import check', { timeout: 60_000 }, () => {
  test('visits every source file and finds nothing forbidden', () => {
    const { modules, summary } = cruise(root)
    const visited = new Set(modules.map(({ source }) => source))
    const missed = sourceFiles(root).filter((file) => !visited.has(file))
    expect(missed).toEqual([])
    expect(sourceFiles(root).length).toBeGreaterThan(200)
    expect(summary.violations).toEqual([])
  })

  test('is red for every room that imports what it must not, and on a cycle', async () => {
    const folder = await brokenTree({
      'src/core/market/a.ts': "import 'node:fs'",
      'src/core/pipeline/a.ts': "import '../../contracts/b.ts'",
      'src/core/indicators/a.ts': "import './b.ts'",
      'src/core/indicators/b.ts': "import './a.ts'",
      'src/contracts/a.ts': "import '../service/b.ts'",
      'src/contracts/b.ts': '',
      'src/engine/collector/a.ts': "import '../storage/b.ts'",
      'src/engine/health/a.ts': "import '../../venues/venue.ts'",
      'src/engine/storage/b.ts': '',
      'src/headless/a.ts': "import '../engine/storage/b.ts'",
      'src/preload/a.ts': "import '../contracts/b.ts'",
      'src/renderer/a.ts': "import 'node:fs'",
      'src/service/a.ts': "import '../simulator/b.ts'",
      'src/service/b.ts': '',
      'src/simulator/a.ts': "import '../venues/bybit/b.ts'",
      'src/simulator/b.ts': '',
      'src/venues/bybit/b.ts': '',
      'src/venues/venue.ts': '',
      'src/venues/coinbase/a.ts': "import '../bybit/b.ts'"
    })
    const { violations } = cruise(folder).summary
    expect(violations.map(({ from, rule }) => `${from} ${rule.name}`).sort()).toEqual([
      'src/contracts/a.ts may-import:contracts/',
      'src/core/indicators/a.ts no-cycles',
      'src/core/market/a.ts may-import:core/market/',
      'src/core/pipeline/a.ts may-import:core/pipeline/',
      'src/engine/collector/a.ts may-import:engine/collector/',
      'src/engine/health/a.ts engine-takes-venue-types-only',
      'src/headless/a.ts may-import:headless/',
      'src/preload/a.ts preload-takes-types-only',
      'src/renderer/a.ts may-import:renderer/',
      'src/service/a.ts may-import:service/',
      'src/simulator/a.ts may-import:simulator/',
      'src/venues/coinbase/a.ts may-import:venues'
    ])
  })
})
