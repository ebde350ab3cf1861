const longestMs = 3_600_000

/**
 * Reads a `Retry-After` header: seconds or an HTTP date.
 *
 * @param nowMs Wall clock, epoch ms.
 * @returns How long to wait, ms, at most 1 h; null where the header is absent or says nothing.
 */
export function parseRetryAfter(header: string | null, nowMs: number): number | null {
  if (header === null) return null
  const text = header.trim()
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(longestMs, Number(text) * 1000)
  const atMs = Date.parse(text)
  if (!/[a-z]/i.test(text) || Number.isNaN(atMs)) return null
  return Math.min(longestMs, Math.max(0, atMs - nowMs))
}
