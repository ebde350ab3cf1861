import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'

/** One built file of the renderer, ready to send. */
export type DashboardFile = { readonly body: Buffer; readonly type: string }

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2'
}

/**
 * Loads every built file of the renderer, by URL path. Nothing else can ever be served, whatever a
 * request's path looks like.
 *
 * @returns Empty when the renderer has not been built.
 */
export async function loadDashboardFiles(
  folder: string
): Promise<ReadonlyMap<string, DashboardFile>> {
  const files = new Map<string, DashboardFile>()
  let entries
  try {
    entries = await readdir(folder, { recursive: true, withFileTypes: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return files
    throw error
  }
  for (const entry of entries) {
    const type = types[extname(entry.name)]
    if (!entry.isFile() || type === undefined) continue
    const path = join(entry.parentPath, entry.name)
    const urlPath = `/${relative(folder, path).split(sep).join('/')}`
    files.set(urlPath, { body: await readFile(path), type })
  }
  return files
}
