import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What a lookup of a name comes to. */
export type NameAnswer = {
  /** How it fails; it gives `address` unless said. */
  readonly fails?: 'ENOTFOUND' | 'EAI_AGAIN'
  /** 127.0.0.1 unless said. */
  readonly address?: string
  /** How long it takes, ms; no time unless said. */
  readonly afterMs?: number
}

/** What a process that runs `named-engine.ts` finds names to be. */
export type ToldNames = {
  /** Of every name that `names` has nothing about. */
  readonly all?: NameAnswer
  readonly names?: Readonly<Record<string, NameAnswer>>
  /** What a name was found to be holds for good and is not asked again: what no engine may do. */
  readonly remembers?: boolean
}

/** A name that a process wanted to connect to, or looked up. */
export type NameNote = {
  readonly kind: 'attempt' | 'lookup'
  readonly atMs: number
  readonly name: string
}

/** Names of this ending are told; others go their usual way. */
export const toldEnding = '.test'

/** Where a process with told names looks for them. */
function namesFile(pid: number): string {
  return join(tmpdir(), `tapedeck-names-${pid}`)
}

/** Where it notes what it wanted, a line each. */
export function notesFile(pid: number): string {
  return join(tmpdir(), `tapedeck-name-notes-${pid}`)
}

/** Says what names are from now on; all of them are 127.0.0.1 before. */
export function tellNames(pid: number, told: ToldNames): void {
  const file = namesFile(pid)
  writeFileSync(`${file}.new`, JSON.stringify(told))
  renameSync(`${file}.new`, file)
}

/** All that a process wanted of names since its start, oldest first. */
export function readNotes(pid: number): readonly NameNote[] {
  const lines = read(notesFile(pid)).split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as NameNote)
}

/** Leaves nothing behind of a process that ended. */
export function forgetNames(pid: number): void {
  rmSync(namesFile(pid), { force: true })
  rmSync(notesFile(pid), { force: true })
}

/** What was told of names; nothing where nothing was. */
export function readNames(pid: number): ToldNames {
  const text = read(namesFile(pid))
  return text === '' ? {} : (JSON.parse(text) as ToldNames)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
