/** Files that the engine's threads start from. */
export type ThreadFiles = {
  readonly writer: URL
  readonly reader: URL
  readonly recorder: URL
  readonly deck: URL
}

/**
 * Finds the threads beside a process entry: sources in the sources, built files in the build.
 *
 * @param entryUrl `import.meta.url` of the entry.
 */
export function threadFiles(entryUrl: string): ThreadFiles {
  const ending = entryUrl.endsWith('.ts') ? '.ts' : '.js'
  return {
    writer: new URL(`./writer-thread${ending}`, entryUrl),
    reader: new URL(`./reader-thread${ending}`, entryUrl),
    recorder: new URL(`./recorder-thread${ending}`, entryUrl),
    deck: new URL(`./deck-thread${ending}`, entryUrl)
  }
}
