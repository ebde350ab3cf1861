import type { FrameFormat, RecordedFrame } from './recorded-frame.ts'

const receivedPattern = /^(\d{9,10}\.\d+): (.*)$/s
const sentPattern = /^(wss?:\/\/.+?) <- (\d+(?:\.\d+)?): (.*)$/s
const connectedPattern = /^(wss?:\/\/.+?) <-> (\d+(?:\.\d+)?)$/
const restPattern = /^(https?:\/\/.+?) -> (\d+(?:\.\d+)?): (.*)$/s

/**
 * Captures of cryptofeed's older recorder (`*.0`): `<seconds>: <frame>` received,
 * `wss://… <- <seconds>: <frame>` sent, `wss://… <-> <seconds>` connected,
 * `https://… -> <seconds>: <body>` asked, `configuration: …` the recorder's settings.
 */
export const cryptofeedText: FrameFormat = {
  name: 'cryptofeed text',
  recognises: (firstLine) =>
    firstLine.startsWith('configuration: ') ||
    [receivedPattern, sentPattern, connectedPattern, restPattern].some((form) =>
      form.test(firstLine)
    ),
  read: readLine
}

function readLine(line: string): RecordedFrame | string | null {
  if (line.startsWith('configuration: ')) return null
  const received = receivedPattern.exec(line)
  if (received !== null) return build('received', null, received[1], received[2])
  const sent = sentPattern.exec(line)
  if (sent !== null) return build('sent', sent[1], sent[2], sent[3])
  const connected = connectedPattern.exec(line)
  if (connected !== null) return build('connected', connected[1], connected[2], '')
  const rest = restPattern.exec(line)
  if (rest !== null) return build('rest', rest[1], rest[2], rest[3])
  return 'expected "<seconds>: <frame>" or an address with an arrow'
}

function build(
  direction: RecordedFrame['direction'],
  url: string | null | undefined,
  seconds: string | undefined,
  frame: string | undefined
): RecordedFrame {
  return {
    receivedMs: Number(seconds) * 1000,
    direction,
    connection: 'main',
    url: url ?? null,
    frame: frame ?? ''
  }
}
