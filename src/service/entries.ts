import { fileURLToPath } from 'node:url'

const sources = {
  'backup-data': '../engine/backup-data.ts',
  engine: '../engine/index.ts',
  'export-data': '../engine/export-data.ts',
  'import-data': '../engine/import-data.ts',
  'replay-frames': '../engine/replay-frames.ts',
  'replay-stored': '../engine/replay-stored.ts',
  simulator: '../simulator/index.ts'
} as const

/**
 * Finds the file that a child process starts from: next to its host in the build, in its room when the
 * sources run as they are.
 *
 * @param hostUrl `import.meta.url` of the host's own entry.
 */
export function entryPath(hostUrl: string, name: keyof typeof sources): string {
  const path = hostUrl.endsWith('.ts') ? sources[name] : `./${name}.js`
  return fileURLToPath(new URL(path, hostUrl))
}

/** Folder of the built renderer, seen from the host's own entry. */
export function rendererFolder(hostUrl: string): string {
  const path = hostUrl.endsWith('.ts') ? '../../out/renderer' : '../renderer'
  return fileURLToPath(new URL(path, hostUrl))
}
