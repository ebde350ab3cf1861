import type { RecordedFrame } from '../../recordings/recorded-frame.ts'
import { VenueError } from '../../core/venue-error.ts'
import type { RestClient } from '../../venues/venue.ts'

/**
 * Answers REST requests from a capture: the next answer to the same path that was not given yet, and
 * whose query does not contradict the one asked. So pages come in the order in which they were captured.
 */
export function recordedAnswers(answers: readonly RecordedFrame[]): RestClient {
  const left = answers.flatMap(({ url, frame }) => {
    const address = URL.parse(url ?? '')
    return address === null ? [] : [{ address, body: frame }]
  })
  return {
    getJson(url) {
      const asked = new URL(url)
      const at = left.findIndex(({ address }) => isAnswerTo(asked, address))
      const [answer] = at < 0 ? [] : left.splice(at, 1)
      if (answer === undefined) return Promise.reject(unanswered(`not in the capture`, asked))
      try {
        const body: unknown = JSON.parse(answer.body)
        return Promise.resolve({ body, headers: new Headers() })
      } catch {
        return Promise.reject(unanswered('not JSON in the capture', asked))
      }
    }
  }
}

function isAnswerTo(asked: URL, captured: URL): boolean {
  if (asked.pathname !== captured.pathname) return false
  return [...asked.searchParams].every(([name, value]) => {
    const theirs = captured.searchParams.get(name)
    return theirs === null || theirs === value
  })
}

function unanswered(problem: string, asked: URL): VenueError {
  return new VenueError('venue-bad-answer', `GET ${asked.pathname}: ${problem}`, { retry: 'never' })
}
