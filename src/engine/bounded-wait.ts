import type { Clock } from './collector/clock.ts'

/** How work stood when the wait for it ended. `late`: it goes on, and nobody waits. */
export type WaitOutcome<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'late' }

/** Waits for work, `boundMs` at most; never rejects, whenever the work fails. */
export async function waitAtMost<Value>(
  work: Promise<Value>,
  boundMs: number,
  clock: Pick<Clock, 'after'>
): Promise<WaitOutcome<Value>> {
  const late = Promise.withResolvers<WaitOutcome<Value>>()
  const timer = clock.after(Math.max(0, boundMs), () => late.resolve({ kind: 'late' }))
  const ended = work.then(
    (value): WaitOutcome<Value> => ({ kind: 'done', value }),
    (error: unknown): WaitOutcome<Value> => ({ kind: 'failed', error })
  )
  try {
    return await Promise.race([ended, late.promise])
  } finally {
    timer.cancel()
  }
}
