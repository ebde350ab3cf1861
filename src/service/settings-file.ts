import { readFile } from 'node:fs/promises'
import { parse, TomlError } from 'smol-toml'
import { settingsSchema, type Settings } from '../contracts/settings.ts'
import { readSettings } from '../contracts/settings-problem.ts'

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
  const result = readSettings(parseToml(text, file))
  if ('problem' in result) throw new SettingsError(`${file}: ${result.problem}`)
  return result.settings
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
