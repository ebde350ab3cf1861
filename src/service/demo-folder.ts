import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where a demonstration keeps its data. */
export type DemoFolder = { readonly path: string; readonly close: () => Promise<void> }

/**
 * Opens the data folder of one demonstration: a fresh one that is removed at its end, since the
 * simulator numbers its trades anew at each start, or the one that the user named, which stays.
 */
export async function openDemoFolder(named: string | null): Promise<DemoFolder> {
  if (named !== null) {
    await mkdir(named, { recursive: true })
    return { path: named, close: () => Promise.resolve() }
  }
  const path = await mkdtemp(join(tmpdir(), 'tapedeck-demo-'))
  return { path, close: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) }
}
