import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Json } from '../support/frame-client.ts'
import { connected, runningSimulator } from '../support/running-simulator.ts'
import { scratchFolder } from '../support/scratch-folder.ts'
import { until } from '../support/until.ts'

const header = { t: 'header', format: 2, exchange: 'BYBIT', config: {} }
const received = (ts: number, data: string, conn = 'a') => ({ t: 'recv', conn, ts, data })

async function aCapture(lines: readonly unknown[]): Promise<string> {
  const path = join(await scratchFolder(), 'capture.jsonl')
  await writeFile(path, [header, ...lines].map((line) => JSON.stringify(line)).join('\n'))
  return path
}

async function serving(lines: readonly unknown[], speed: number | 'max' = 'max') {
  const simulator = await runningSimulator({ frames: await aCapture(lines), speed })
  return { simulator, venue: simulator.ready.venues['frames'] }
}

describe('FramesVenue', () => {
  const lines = [
    { t: 'connect', conn: 'a', ts: 1, addr: 'wss://example' },
    { t: 'send', conn: 'a', ts: 1.5, addr: 'wss://example', data: '{"op":"subscribe"}' },
    received(2, '{"n":1}'),
    received(3, '{"n":2}', 'b'),
    received(4, '{"n":3}')
  ]

  test('sends what was received, in order, after the first message', async () => {
    const { simulator, venue } = await serving(lines)
    const client = await connected(venue?.wsUrl)
    client.send('{"op":"subscribe"}')
    await client.wait({ n: 3 })
    expect(client.texts).toEqual(['{"n":1}', '{"n":2}', '{"n":3}'])
    await until(async () => {
      const truth = (await (await fetch(`${simulator.ready.control}/truth`)).json()) as Json
      return truth['finished'] === true
    }, 'the truth to say finished')
  })

  test('gives each client the whole capture', async () => {
    const { venue } = await serving(lines)
    for (const client of [await connected(venue?.wsUrl), await connected(venue?.wsUrl)]) {
      client.send('go')
      await client.wait({ n: 3 })
      expect(client.texts).toHaveLength(3)
    }
  })

  test('picks one connection of the capture', async () => {
    const { venue } = await serving(lines)
    const client = await connected(`${venue?.wsUrl ?? ''}/?connection=a`)
    client.send('go')
    await client.wait({ n: 3 })
    expect(client.texts).toEqual(['{"n":1}', '{"n":3}'])
  })

  test('keeps the distances of the capture at its speed', async () => {
    const { venue } = await serving(lines, 10)
    const client = await connected(venue?.wsUrl)
    const startedMs = performance.now()
    client.send('go')
    await client.wait({ n: 3 })
    expect(performance.now() - startedMs).toBeGreaterThan(199)
  })

  test('loses no frame at full speed', async () => {
    const many = Array.from(Array(20_000).keys(), (n) => received(n + 1, JSON.stringify({ n })))
    const { venue } = await serving(many)
    const client = await connected(venue?.wsUrl)
    client.send('go')
    await until(() => client.texts.length === many.length, 'all frames')
    expect(client.texts).toEqual(many.map(({ data }) => data))
  })

  test('closes with 1011 where the capture breaks off', async () => {
    const { venue } = await serving([received(1, '{"n":1}'), { t: 'recv' }])
    const client = await connected(venue?.wsUrl)
    client.send('go')
    await until(() => client.closeCode !== null, 'the connection to close')
    expect([client.texts, client.closeCode]).toEqual([['{"n":1}'], 1011])
  })

  test('has no REST and no venue beside it', async () => {
    const { simulator, venue } = await serving(lines)
    expect(Object.keys(simulator.ready.venues)).toEqual(['frames'])
    expect((await fetch(`${venue?.restUrl ?? ''}/products`)).status).toBe(404)
  })
})
