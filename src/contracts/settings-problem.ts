import type { z } from 'zod'
import { settingsSchema, venueIds, type Settings } from './settings.ts'

/**
 * Checks what a settings file holds.
 *
 * @param value The decoded TOML.
 * @returns The settings, or the first problem in one line naming key, value and what is allowed.
 */
export function readSettings(
  value: unknown
): { readonly settings: Settings } | { readonly problem: string } {
  const result = settingsSchema.safeParse(value, { reportInput: true })
  if (result.success) return { settings: result.data }
  const [issue] = result.error.issues
  return { problem: issue === undefined ? 'cannot be used' : describe(issue) }
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
