import type { Instrument } from '../core/market/instrument.ts'
import type { RecordedFrame } from './recorded-frame.ts'

/** One line of a capture, written as a JSON object. `atMs`: clock of the recorder, epoch ms. */
export type CaptureLine =
  /** The first of every file. `by`: program and version. */
  | {
      readonly kind: 'began'
      readonly atMs: number
      readonly venue: string
      readonly mode: 'live' | 'simulated' | 'replay'
      readonly by: string
    }
  /** All that were collected of the venue from then on. */
  | {
      readonly kind: 'instruments'
      readonly atMs: number
      readonly instruments: readonly Instrument[]
    }
  | {
      readonly kind: 'connected'
      readonly atMs: number
      readonly connection: string
      readonly url: string
    }
  | {
      readonly kind: 'closed'
      readonly atMs: number
      readonly connection: string
      readonly reason: string
    }
  /** A text frame, as it was. */
  | {
      readonly kind: 'received' | 'sent'
      readonly atMs: number
      readonly connection: string
      readonly frame: string
    }
  /** A binary frame, in base64. */
  | {
      readonly kind: 'binary'
      readonly atMs: number
      readonly connection: string
      readonly frame: string
    }
  /** So many frames are not here, received since `fromMs` and before `atMs`. */
  | {
      readonly kind: 'omitted'
      readonly atMs: number
      readonly fromMs: number
      readonly frames: number
      readonly reason: string
    }
  /** The last of every file that was ended in order. */
  | { readonly kind: 'ended'; readonly atMs: number; readonly frames: number }

/** Writes a line, its end included. */
export function captureLine(line: CaptureLine): string {
  return `${JSON.stringify(line)}\n`
}

type Fields = Readonly<
  Partial<
    Record<
      'kind' | 'atMs' | 'connection' | 'frame' | 'url' | 'reason' | 'venue' | 'frames',
      unknown
    > & { instruments: unknown }
  >
>

/** Reads a line: what was captured, `ended`, null for a kind yet to come, or what is wrong, in words. */
export function readCaptureLine(text: string): RecordedFrame | 'ended' | { wrong: string } | null {
  const line = parseFields(text)
  if (line === null) return { wrong: 'expected a JSON object' }
  const { kind, atMs, connection = '', url = null } = line
  if (typeof atMs !== 'number' || !Number.isFinite(atMs)) return { wrong: 'atMs is no time' }
  if (typeof connection !== 'string') return { wrong: 'connection is no text' }
  if (url !== null && typeof url !== 'string') return { wrong: 'url is no text' }
  if (kind === 'ended') return 'ended'
  const direction = typeof kind === 'string' ? directionOf(kind) : null
  if (direction === null) return null
  const frame = contentOf(direction, line)
  if (frame === null) return { wrong: `a line of kind ${direction} without what it tells` }
  return { receivedMs: atMs, direction, connection, url, frame }
}

const directions: readonly RecordedFrame['direction'][] = [
  'began',
  'instruments',
  'connected',
  'closed',
  'received',
  'sent',
  'omitted'
]

function directionOf(kind: string): RecordedFrame['direction'] | null {
  return directions.find((direction) => direction === kind) ?? null
}

function contentOf(direction: RecordedFrame['direction'], line: Fields): string | null {
  const texts: Partial<Record<RecordedFrame['direction'], unknown>> = {
    began: line.venue,
    closed: line.reason,
    received: line.frame,
    sent: line.frame,
    connected: '',
    instruments: Array.isArray(line.instruments) ? JSON.stringify(line.instruments) : null,
    omitted: typeof line.frames === 'number' ? String(line.frames) : null
  }
  const text = texts[direction]
  return typeof text === 'string' ? text : null
}

function parseFields(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : null
  } catch {
    return null
  }
}
