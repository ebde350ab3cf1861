import { VenueError } from '../../core/venue-error.ts'
import type { BanRule, RestClient } from '../../venues/venue.ts'
import type { Clock } from './clock.ts'
import { errorText } from './error-text.ts'
import type { Governor } from './governor.ts'
import type { RestLane } from './venue-budget.ts'
import { redact, sampleText } from './redaction.ts'
import { parseRetryAfter } from './retry-after.ts'

const timeoutMs = 10_000
const mostBytes = 64 * 1024 * 1024

export type RestClientOptions = {
  readonly governor: Governor
  readonly clock: Clock
  /** Taken out of every message and detail. */
  readonly apiKey: string | null
  readonly userAgent: string
  /** How the venue tells of a ban; none unless given. */
  readonly bans?: readonly BanRule[]
  /** `live` unless said. */
  readonly lane?: RestLane
  /** Who carries requests to the venue; the platform unless said. */
  readonly fetch?: typeof fetch
}

/** Makes the client through which a venue's REST is reached: within its budget, bounded in time and size. */
export function createRestClient(options: RestClientOptions): RestClient {
  return {
    async getJson(url, signal) {
      await waitForBudget(options, url, signal)
      return fetchJson(options, url, signal)
    }
  }
}

async function waitForBudget(
  { governor, clock, apiKey, lane = 'live' }: RestClientOptions,
  url: string,
  signal: AbortSignal
): Promise<void> {
  let waitMs = governor.takeRest(lane)
  if (waitMs === 0) return
  const served = lane === 'live' ? governor.waitLive() : null
  try {
    for (; waitMs > 0; waitMs = governor.takeRest(lane)) {
      if (signal.aborted) throw unreachable(redact(url, apiKey), 'cancelled', signal.reason)
      await pass(clock, waitMs, signal)
    }
  } finally {
    served?.()
  }
}

/** Waits, at most until `signal` aborts. */
function pass(clock: Clock, waitMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      timer.cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = clock.after(waitMs, done)
    signal.addEventListener('abort', done)
  })
}

async function fetchJson(
  options: RestClientOptions,
  url: string,
  signal: AbortSignal
): Promise<{ readonly body: unknown; readonly headers: Headers }> {
  const shown = redact(url, options.apiKey)
  const deadline = new AbortController()
  const timer = options.clock.after(timeoutMs, () => deadline.abort())
  try {
    const response = await (options.fetch ?? fetch)(url, {
      signal: AbortSignal.any([signal, deadline.signal]),
      redirect: 'manual',
      headers: { 'User-Agent': options.userAgent, Accept: 'application/json' }
    })
    const text = await readText(response, shown)
    if (!response.ok) throw refusal(options, { shown, response, text })
    options.governor.answered()
    return { body: parseJson(text, shown), headers: response.headers }
  } catch (error) {
    if (error instanceof VenueError) throw error
    const why = deadline.signal.aborted ? `no answer within ${timeoutMs} ms` : reasonOf(error)
    throw unreachable(shown, redact(why, options.apiKey), error)
  } finally {
    timer.cancel()
  }
}

async function readText(response: Response, shown: string): Promise<string> {
  if (response.body === null) return ''
  const chunks: Uint8Array[] = []
  let bytes = 0
  const body: AsyncIterable<Uint8Array> = response.body
  for await (const chunk of body) {
    bytes += chunk.byteLength
    if (bytes > mostBytes) throw badAnswer(shown, `more than ${mostBytes} bytes`, null)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string, shown: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw badAnswer(shown, 'no JSON', error)
  }
}

function refusal(
  { governor, apiKey, bans = [] }: RestClientOptions,
  answer: { readonly shown: string; readonly response: Response; readonly text: string }
): VenueError {
  const { status, headers } = answer.response
  const body = sampleText(answer.text, apiKey)
  const message = `GET ${answer.shown} answered ${status}: ${body}`
  const retryAfterMs = parseRetryAfter(headers.get('retry-after'), Date.now())
  const ban = bans.find((rule) => rule.status === status && (rule.says?.test(body) ?? true)) ?? null
  if (status >= 500 && /maintenance/i.test(body)) governor.announced()
  if (status === 429 || ban !== null || (status === 503 && retryAfterMs !== null)) {
    const waitMs = governor.pause(retryAfterMs ?? ban?.pauseMs ?? null)
    return new VenueError('venue-rate-limited', message, {
      retry: 'after',
      detail: { url: answer.shown, status, waitMs }
    })
  }
  const detail = { url: answer.shown, status }
  if (status === 401) {
    const code = apiKey === null ? 'venue-key-missing' : 'venue-refused'
    return new VenueError(code, message, { retry: 'never', detail })
  }
  if (status >= 500) return new VenueError('venue-unreachable', message, { retry: 'after', detail })
  return new VenueError('venue-refused', message, { retry: 'never', detail })
}

function unreachable(shown: string, why: string, cause: unknown): VenueError {
  const detail = { url: shown }
  return new VenueError('venue-unreachable', `GET ${shown}: ${why}`, {
    retry: 'after',
    detail,
    cause
  })
}

function badAnswer(shown: string, why: string, cause: unknown): VenueError {
  const detail = { url: shown }
  return new VenueError('venue-bad-answer', `GET ${shown}: ${why}`, {
    retry: 'after',
    detail,
    cause
  })
}

/** fetch hides the reason of a failure in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? errorText(error.cause) || error.message : error.message
}
