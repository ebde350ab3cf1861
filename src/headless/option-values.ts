import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'

/** Bad arguments: one line naming the argument. Exit code 2. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError'
}

/** What a command was given. */
export type OptionValues = {
  readonly text: (name: string) => string | null
  readonly flag: (name: string) => boolean
  /** One that stands without an option; it is there. */
  readonly word: (name: string) => string
}

/** What a command can be given. */
export type OptionNames = {
  /** Options with a text. */
  readonly texts: readonly string[]
  /** Options without one. */
  readonly flags?: readonly string[]
  /** What stands without an option, all of it needed. */
  readonly words?: readonly string[]
}

/** Reads options. @throws ArgumentError */
export function readOptions(
  args: readonly string[],
  { texts, flags = [], words: names = [] }: OptionNames
): OptionValues {
  try {
    const options: ParseArgsOptionsConfig = {}
    for (const name of texts) options[name] = { type: 'string' }
    for (const name of flags) options[name] = { type: 'boolean' }
    const parsed = parseArgs({
      args: [...args],
      options,
      strict: true,
      allowPositionals: names.length > 0
    })
    const known: Readonly<Record<string, unknown>> = parsed.values
    const words = positionalsOf(parsed.positionals, names)
    return {
      text: (name) => {
        const value = known[name]
        return typeof value === 'string' ? value : null
      },
      flag: (name) => known[name] === true,
      word: (name) => words.get(name) ?? ''
    }
  } catch (error) {
    if (error instanceof ArgumentError) throw error
    const reason = error instanceof Error ? error.message.split('\n')[0] : undefined
    throw new ArgumentError(reason ?? 'the arguments cannot be read')
  }
}

function positionalsOf(
  given: readonly string[],
  names: readonly string[]
): ReadonlyMap<string, string> {
  const missing = names[given.length]
  if (missing !== undefined) throw new ArgumentError(`${missing} is needed`)
  const extra = given[names.length]
  if (extra !== undefined) throw new ArgumentError(`unexpected argument ${JSON.stringify(extra)}`)
  return new Map(names.map((name, at) => [name, given[at] ?? '']))
}

/** Reads one of several words. @throws ArgumentError */
export function choiceOf<Choice extends string>(
  name: string,
  text: string,
  choices: readonly Choice[]
): Choice {
  const choice = choices.find((candidate) => candidate === text)
  if (choice !== undefined) return choice
  throw new ArgumentError(
    `--${name} must be one of ${choices.join(', ')}, not ${JSON.stringify(text)}`
  )
}

/** Splits a list at its commas. */
export function listOf(text: string | null): readonly string[] | null {
  return text === null ? null : text.split(',').filter((item) => item !== '')
}

/** A text that must be given. @throws ArgumentError */
export function neededOf(values: OptionValues, name: string, what: string): string {
  const text = values.text(name)
  if (text !== null && text !== '') return text
  throw new ArgumentError(`--${name} ${what} is needed`)
}
