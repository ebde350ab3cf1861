import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { SimRefusal } from '../market.ts'

const statusTexts: Readonly<Record<number, string>> = {
  403: 'Forbidden',
  404: 'Not Found',
  418: "I'm a teapot",
  429: 'Too Many Requests'
}

/** Answers an upgrade with an HTTP status and ends it. */
export function refuseUpgrade(stream: Duplex, { status, headers, body = '' }: SimRefusal): void {
  const lines = [
    `HTTP/1.1 ${status} ${statusTexts[status] ?? 'Refused'}`,
    'Connection: close',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  ]
  stream.on('error', () => stream.destroy())
  stream.end(`${lines.join('\r\n')}\r\n\r\n${body}`)
}

/** Ends a stream with a TCP reset where its transport can. */
export function resetStream(stream: Duplex): void {
  stream.on('error', () => stream.destroy())
  if (stream instanceof Socket) stream.resetAndDestroy()
  else stream.destroy()
}
