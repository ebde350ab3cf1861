/** What a route answers: a JSON body with its status. */
export type Answer = { readonly status: number; readonly body: unknown }

/** A request that cannot be answered; becomes the documented error shape. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly status: number
  readonly code: string
  readonly parameter: string | null

  constructor(status: number, code: string, message: string, parameter: string | null = null) {
    super(message)
    this.status = status
    this.code = code
    this.parameter = parameter
  }
}

export function ok(body: unknown): Answer {
  return { status: 200, body }
}

/** The documented error shape. */
export function errorAnswer(error: RequestError): Answer {
  const { code, message, parameter } = error
  return {
    status: error.status,
    body: { error: parameter === null ? { code, message } : { code, message, parameter } }
  }
}
