import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/engine/collector/clock.ts'
import { Governor } from '../../../src/engine/collector/governor.ts'
import { createRestClient } from '../../../src/engine/collector/rest-client.ts'
import { VenueError } from '../../../src/core/venue-error.ts'
import type { RestClient } from '../../../src/venues/venue.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { startScriptedServer } from '../../support/scripted-server.ts'
import type { Script, ScriptedServer } from '../../support/scripted-server.ts'
import { until } from '../../support/until.ts'

const limits = {
  connects: { burst: 1, perSecond: 1, per5Minutes: null },
  rest: { burst: 5, perSecond: 5 }
}
const never = new AbortController().signal
let server: ScriptedServer | null = null

afterEach(async () => {
  await server?.close()
  server = null
})

async function aClient(
  http: NonNullable<Script['http']>,
  apiKey: string | null = null
): Promise<{ readonly url: string; readonly client: RestClient; readonly governor: Governor }> {
  server = await startScriptedServer({ http })
  const clock = systemClock()
  const governor = new Governor(limits, clock)
  const bans = [
    { status: 418, pauseMs: 120_000 },
    { status: 403, says: /too frequent/, pauseMs: 600_000 }
  ]
  const client = createRestClient({ governor, clock, apiKey, bans, userAgent: 'tapedeck/0.1.0' })
  return { url: server.httpUrl, client, governor }
}

async function failureOf(answer: Promise<unknown>): Promise<VenueError> {
  const failure: unknown = await answer.catch((error: unknown) => error)
  if (failure instanceof VenueError) return failure
  throw new Error('expected a VenueError')
}

describe('createRestClient', () => {
  test('fetches JSON with our name and the headers of the answer', async () => {
    let agent: string | undefined
    const { url, client } = await aClient((request) => {
      agent = request.headers['user-agent']
      return { status: 200, body: '{"a":[1]}', headers: { 'cb-after': '7' } }
    })
    const answer = await client.getJson(`${url}/x`, never)
    expect(answer.body).toEqual({ a: [1] })
    expect(answer.headers.get('cb-after')).toBe('7')
    expect(agent).toBe('tapedeck/0.1.0')
  })

  test.each([
    [400, 'venue-refused', 'never'],
    [401, 'venue-key-missing', 'never'],
    [403, 'venue-refused', 'never'],
    [404, 'venue-refused', 'never'],
    [302, 'venue-refused', 'never'],
    [500, 'venue-unreachable', 'after'],
    [503, 'venue-unreachable', 'after'],
    [429, 'venue-rate-limited', 'after'],
    [418, 'venue-rate-limited', 'after']
  ])('maps status %i to %s', async (status, code, retry) => {
    const { url, client } = await aClient(() => ({ status, body: '{"message":"no"}' }))
    const failure = await failureOf(client.getJson(url, never))
    expect(failure).toMatchObject({ code, retry })
    expect(failure.detail['status']).toBe(status)
  })

  test('a 429 with Retry-After pauses the whole venue for that long', async () => {
    const { url, client, governor } = await aClient(() => ({
      status: 429,
      body: '{}',
      headers: { 'Retry-After': '7' }
    }))
    await failureOf(client.getJson(url, never))
    expect(governor.pausedMs()).toBeGreaterThan(6_000)
    expect(governor.pausedMs()).toBeLessThanOrEqual(7_000)
  })

  test.each([
    [403, 'access too frequent', 600_000],
    [418, '', 120_000]
  ])(
    'a ban told by %i "%s" pauses for as long as the venue means',
    async (status, body, pauseMs) => {
      const { url, client, governor } = await aClient(() => ({ status, body }))
      expect((await failureOf(client.getJson(url, never))).code).toBe('venue-rate-limited')
      expect(governor.pausedMs()).toBeGreaterThan(pauseMs - 10_000)
      expect(governor.pausedMs()).toBeLessThanOrEqual(pauseMs)
    }
  )

  test('what is no JSON is a bad answer', async () => {
    const { url, client } = await aClient(() => ({ status: 200, body: '<html>' }))
    expect((await failureOf(client.getJson(url, never))).code).toBe('venue-bad-answer')
  })

  test('a closed port is unreachable', async () => {
    const { url, client } = await aClient(() => ({ status: 200, body: '{}' }))
    await server?.close()
    const failure = await failureOf(client.getJson(url, never))
    expect(failure).toMatchObject({ code: 'venue-unreachable', retry: 'after' })
    expect(failure.message).toContain('ECONNREFUSED')
  })

  test('the key stands in no message and no detail', async () => {
    const { url, client } = await aClient(
      (request) => ({ status: 400, body: `bad ${request.url ?? ''}` }),
      's/cret'
    )
    const failure = await failureOf(client.getJson(`${url}/?key=s%2Fcret&plain=s/cret`, never))
    const told = failure.message + JSON.stringify(failure.detail)
    expect(told).not.toContain('cret')
    expect(told).toContain('[key]')
  })

  test('an answer that never comes is given up after 10 s', async () => {
    server = await startScriptedServer({ http: () => null })
    const clock = new FakeClock()
    const governor = new Governor(limits, clock)
    const client = createRestClient({ governor, clock, apiKey: null, userAgent: 'x' })
    const failure = failureOf(client.getJson(server.httpUrl, never))
    await until(() => clock.pending === 1, 'the deadline is set')
    clock.advance(10_000)
    expect((await failure).message).toContain('no answer within 10000 ms')
    expect(clock.pending).toBe(0)
  })

  test('a live request that waits goes before a low one that waited longer', async () => {
    const order: string[] = []
    server = await startScriptedServer({
      http: (request) => {
        order.push(request.url ?? '')
        return { status: 200, body: '{}' }
      }
    })
    const clock = new FakeClock()
    const governor = new Governor(limits, clock)
    const options = { governor, clock, apiKey: null, userAgent: 'x' }
    const [live, low] = [
      createRestClient(options),
      createRestClient({ ...options, lane: 'low' as const })
    ]
    const { httpUrl } = server
    for (let each = 0; each < 5; each += 1) await live.getJson(`${httpUrl}/full`, never)
    const behind = low.getJson(`${httpUrl}/low`, never)
    const ahead = [1, 2, 3].map((each) => live.getJson(`${httpUrl}/live${each}`, never))
    for (let each = 0; each < 3; each += 1) {
      clock.advance(200)
      await until(() => order.length > 5 + each, 'a live request is served')
    }
    await Promise.all(ahead)
    expect(order.slice(5).sort()).toEqual(['/live1', '/live2', '/live3'])
    clock.advance(2_000)
    await behind
    expect(order.at(-1)).toBe('/low')
  })

  test('requests wait for the budget, and a cancelled wait ends at once', async () => {
    let requests = 0
    server = await startScriptedServer({
      http: () => {
        requests += 1
        return { status: 200, body: '{}' }
      }
    })
    const clock = new FakeClock()
    const governor = new Governor(limits, clock)
    const client = createRestClient({ governor, clock, apiKey: null, userAgent: 'x' })
    for (let each = 0; each < 5; each += 1) await client.getJson(server.httpUrl, never)
    const late = client.getJson(server.httpUrl, never)
    const abort = new AbortController()
    const cancelled = failureOf(client.getJson(server.httpUrl, abort.signal))
    await until(() => clock.pending === 2, 'both wait')
    expect(requests).toBe(5)
    abort.abort()
    expect((await cancelled).code).toBe('venue-unreachable')
    clock.advance(200)
    await late
    expect(requests).toBe(6)
  })
})
