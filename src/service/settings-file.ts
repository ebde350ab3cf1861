import { readFile } from 'node:fs/promises'
import { parse, TomlError } from 'smol-toml'
import type { z } from 'zod'
import { settingsSchema, venueIds, type Settings } from '../contracts/settings.ts'

/** The settings cannot be used; the message names key, value and what is allowed. Exit code 2. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

/**
 * Reads `settings.toml`. The file is never written.
 *
 * @returns Null when there is no such file.
 * @throws SettingsError when it cannot be read or holds anything unknown or out of range.
 */
export async function loadSettings(file: string): Promise<Settings | null> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new SettingsError(`settings cannot be read: ${file}: ${(error as Error).message}`)
  }
  return parseSettings(text, file)
}

/**
 * Reads settings from TOML text.
 *
 * @param file Named in errors.
 * @throws SettingsError
 */
export function parseSettings(text: string, file: string): Settings {
  const result = settingsSchema.safeParse(parseToml(text, file), { reportInput: true })
  if (!result.success) {
    const issue = result.error.issues[0]
    throw new SettingsError(`${file}: ${issue === undefined ? 'cannot be used' : describe(issue)}`)
  }
  return result.data
}

/** The settings when the user wrote none. */
export function defaultSettings(): Settings {
  return settingsSchema.parse({})
}

function parseToml(text: string, file: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const reason = error.message.split('\n')[0] ?? 'not TOML'
    throw new SettingsError(`${file}:${error.line}:${error.column}: ${reason}`)
  }
}

function describe(issue: z.core.$ZodIssue): string {
  const key = issue.path.join('.')
  switch (issue.code) {
    case 'unrecognized_keys':
      return `unknown key ${[...issue.path, issue.keys[0]].join('.')}${known(issue.path)}`
    case 'invalid_union':
      return `bad value for ${key}${shown(key, issue.input)}; allowed: ${unionAllowed(issue)}`
    case 'custom':
    case 'invalid_format':
    case 'invalid_type':
    case 'invalid_value':
    case 'too_big':
    case 'too_small':
    case 'not_multiple_of':
    case 'invalid_key':
    case 'invalid_element':
      return `bad value for ${key}${shown(key, issue.input)}; allowed: ${issue.message}`
  }
}

function known(path: readonly PropertyKey[]): string {
  return path.length === 1 && path[0] === 'venues' ? `; known venues: ${venueIds.join(', ')}` : ''
}

function unionAllowed(issue: Extract<z.core.$ZodIssue, { code: 'invalid_union' }>): string {
  const messages = issue.errors.flatMap((branch) => branch.map((inner) => inner.message))
  return [...new Set(messages)].join(' or ')
}

/** The value as written; a key is a secret and is never shown. */
function shown(key: string, value: unknown): string {
  return value === undefined || key.endsWith('api_key') ? '' : ` (${JSON.stringify(value)})`
}
