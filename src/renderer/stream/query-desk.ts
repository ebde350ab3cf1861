import type { Query, QueryResult, ServerMessage } from '../../contracts/state-stream.ts'

/** Why a query has no answer; codes of the contract plus `link-lost` and `timeout`. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

export const queryTimeoutMs = 15_000

type Pending = {
  readonly deadlineMs: number
  readonly resolve: (result: QueryResult) => void
  readonly reject: (error: QueryError) => void
}

/** Queries under way on one link, by request id. */
export class QueryDesk {
  readonly #pending = new Map<number, Pending>()
  #lastId = 0

  ask(
    query: Query,
    nowMs: number,
    send: (requestId: number, query: Query) => void
  ): Promise<QueryResult> {
    this.#lastId += 1
    const requestId = this.#lastId
    return new Promise((resolve, reject) => {
      this.#pending.set(requestId, { deadlineMs: nowMs + queryTimeoutMs, resolve, reject })
      send(requestId, query)
    })
  }

  answer(reply: Extract<ServerMessage, { kind: 'reply' }>): void {
    const pending = this.#pending.get(reply.requestId)
    if (pending === undefined) return
    this.#pending.delete(reply.requestId)
    if (reply.result !== null) pending.resolve(reply.result)
    else {
      const error = reply.error ?? { code: 'unavailable', message: 'the engine gave no reason' }
      pending.reject(new QueryError(error.code, error.message))
    }
  }

  expire(nowMs: number): void {
    for (const [requestId, pending] of this.#pending) {
      if (pending.deadlineMs > nowMs) continue
      this.#pending.delete(requestId)
      pending.reject(new QueryError('timeout', 'no answer within 15 s'))
    }
  }

  rejectAll(): void {
    const all = [...this.#pending.values()]
    this.#pending.clear()
    for (const pending of all) {
      pending.reject(new QueryError('link-lost', 'the link to the engine was lost'))
    }
  }
}
