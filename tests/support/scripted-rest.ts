import { VenueError } from '../../src/core/venue-error.ts'
import type { RestClient, RestContext } from '../../src/venues/venue.ts'

/** What a scripted venue answers to one URL: a body, or an answer with headers, or an error to throw. */
export type ScriptedAnswer =
  { readonly body: unknown; readonly headers?: Readonly<Record<string, string>> } | VenueError

/** A REST client without a network: answers by script and notes what it was asked. */
export type ScriptedRest = {
  readonly context: RestContext
  /** URLs asked, in order. */
  readonly asked: readonly string[]
}

/** Makes a scripted client under `https://venue.test`. An unscripted URL is a refusal. */
export function scriptedRest(
  answer: (url: URL) => ScriptedAnswer | null,
  apiKey: string | null = null
): ScriptedRest {
  const asked: string[] = []
  const rest: RestClient = {
    getJson(text) {
      asked.push(text)
      const given = answer(new URL(text))
      if (given === null) return Promise.reject(refusal(text))
      if (given instanceof VenueError) return Promise.reject(given)
      return Promise.resolve({ body: given.body, headers: new Headers(given.headers) })
    }
  }
  const { signal } = new AbortController()
  return { context: { rest, restUrl: 'https://venue.test', apiKey, signal }, asked }
}

function refusal(url: string): VenueError {
  return new VenueError('venue-refused', `not scripted: ${url}`, { retry: 'never' })
}
