import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'
import { build } from 'vite'
import type { PageStandIn } from './electron-page.ts'

let code: Promise<string> | null = null

/** The preload as it is shipped: one CommonJS file, built once for all tests of a file. */
export function builtPreload(): Promise<string> {
  code ??= buildPreload()
  return code
}

async function buildPreload(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      rolldownOptions: {
        input: fileURLToPath(new URL('../../src/preload/preload.ts', import.meta.url)),
        external: ['electron'],
        output: { format: 'cjs' }
      }
    }
  })
  if (!('output' in result)) throw new Error('expected one build')
  const [chunk, ...others] = result.output
  if (others.length > 0) throw new Error('expected one file')
  return chunk.code
}

/** Runs the preload in a page, as a sandbox does: it can require `electron` and nothing else. */
export function runPreload(source: string, page: PageStandIn): void {
  const require = (name: string): unknown => {
    if (name === 'electron') return page.preloadModule
    throw new Error(`module not found: ${name}`)
  }
  const run = new Script(`(function (require, exports, window) {${source}\n})`)
  const preload = run.runInThisContext() as (
    require: (name: string) => unknown,
    exports: object,
    window: PageStandIn['window']
  ) => void
  preload(require, {}, page.window)
}
