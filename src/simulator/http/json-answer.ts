import type { ServerResponse } from 'node:http'

export type JsonAnswer = {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Writes one JSON answer and ends the response. */
export function answerJson(response: ServerResponse, { status, body, headers }: JsonAnswer): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...headers
  })
  response.end(text)
}
