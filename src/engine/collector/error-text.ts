/** What an error says; where every address of a name failed, which Node tells without words, what the first said. */
export function errorText(error: unknown): string {
  if (error instanceof AggregateError && error.message === '' && error.errors.length > 0) {
    return errorText(error.errors[0])
  }
  return error instanceof Error ? error.message : String(error)
}
