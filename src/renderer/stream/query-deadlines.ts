import type { QueryResult } from '../../contracts/state-stream.ts'
import { StreamQueryError } from '../../contracts/stream-receiver.ts'

export const queryTimeoutMs = 15_000

type Overdue = { readonly deadlineMs: number; readonly reject: (error: StreamQueryError) => void }

/** Puts an end to queries that nobody answers. */
export class QueryDeadlines {
  readonly #open = new Set<Overdue>()

  /** The answer, or `timeout` once `expire` sees that its time is over. */
  bound(answer: Promise<QueryResult>, nowMs: number): Promise<QueryResult> {
    return new Promise((resolve, reject) => {
      const overdue = { deadlineMs: nowMs + queryTimeoutMs, reject }
      this.#open.add(overdue)
      answer.then(resolve, reject).finally(() => this.#open.delete(overdue))
    })
  }

  expire(nowMs: number): void {
    for (const overdue of this.#open) {
      if (overdue.deadlineMs > nowMs) continue
      this.#open.delete(overdue)
      overdue.reject(new StreamQueryError({ code: 'timeout', message: 'no answer within 15 s' }))
    }
  }
}
