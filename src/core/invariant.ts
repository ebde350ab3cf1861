/** A programmer's error: something the code itself promised does not hold. Only a host's top level catches it. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError'
}

/**
 * Asserts what the code promises itself.
 *
 * @throws InvariantError when `condition` is false.
 */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message)
}

/**
 * Closes a switch over a union: reached only when a new member was forgotten.
 *
 * @throws InvariantError always.
 */
export function assertNever(value: never): never {
  throw new InvariantError(`unexpected value: ${JSON.stringify(value)}`)
}
