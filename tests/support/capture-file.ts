import { writeFile } from 'node:fs/promises'

/** One line of a capture, in the shape of cryptofeed's JSON lines. */
export type CaptureLine = {
  readonly t: 'connect' | 'send' | 'recv' | 'http'
  readonly conn: string
  /** Seconds. */
  readonly ts: number
  readonly addr?: string
  readonly url?: string
  readonly data?: string
}

/** A socket that was opened. */
export function connected(addr: string, conn = 'main'): CaptureLine {
  return { t: 'connect', conn, ts: 1_723_161_250, addr }
}

/** An HTTP answer. */
export function answered(url: string, body: unknown): CaptureLine {
  return { t: 'http', conn: 'http', ts: 1_723_161_250, url, data: JSON.stringify(body) }
}

/** A frame that was received. */
export function received(frame: unknown, conn = 'main'): CaptureLine {
  const data = typeof frame === 'string' ? frame : JSON.stringify(frame)
  return { t: 'recv', conn, ts: 1_723_161_255, data }
}

/** The text of a capture. */
export function captureText(lines: readonly CaptureLine[]): string {
  return [{ t: 'header', format: 2 }, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('')
}

/** Writes a capture as a file. @returns Its path. */
export async function writeCapture(file: string, lines: readonly CaptureLine[]): Promise<string> {
  await writeFile(file, captureText(lines))
  return file
}
