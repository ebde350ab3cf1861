import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/** The checkout's folder. */
export const repositoryFolder = join(import.meta.dirname, '..', '..')

/** Reads a file of the repository. */
export function readRepositoryText(path: string): string {
  return readFileSync(join(repositoryFolder, path), 'utf8')
}

/** Lists the files below a folder whose names end so, by path from the repository's folder. */
export function repositoryFiles(folder: string, ending: RegExp): readonly string[] {
  return readdirSync(join(repositoryFolder, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => relative(repositoryFolder, join(entry.parentPath, entry.name)))
    .map((path) => path.split(sep).join('/'))
    .sort()
}
