import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { CandleShape } from '../../src/contracts/shapes.ts'
import { expectDrawn, findShown, readBars } from './support/chart-reading.ts'
import { expect, openLiveDesk, test } from './support/desk-test.ts'
import { fetchCandles } from './support/host-api.ts'
import type { HostProcess } from './support/host-process.ts'

/** As `max_clients` is when nothing else is set. */
const maxClients = 16

async function openClient(host: HostProcess): Promise<WebSocket | null> {
  const { origin, host: name } = new URL(host.url)
  const socket = new WebSocket(`ws://${name}/stream-state`, { origin })
  const opened = once(socket, 'open').then(() => socket)
  const refused = once(socket, 'unexpected-response').then(() => null)
  const client = await Promise.race([opened, refused])
  if (client === null) {
    socket.on('error', () => undefined)
    socket.terminate()
  }
  return client
}

/** Opens as many clients as the host takes besides those it has. */
async function countFreePlaces(host: HostProcess): Promise<number> {
  const clients: WebSocket[] = []
  for (;;) {
    const client = await openClient(host)
    if (client === null) break
    clients.push(client)
  }
  for (const client of clients) client.terminate()
  return clients.length
}

function seconds(candles: readonly CandleShape[]): readonly number[] {
  return candles.map(({ openMs }) => openMs)
}

test('loses nothing while its tab is closed: another tab draws every candle of that time', async ({
  context,
  demo
}) => {
  const query = { instrument: 'BTC-USD', interval: '5s', limit: 30 }
  const first = await context.newPage()
  await openLiveDesk(first, demo)
  await first.getByRole('button', { name: '5s', exact: true }).click()
  await expectDrawn(first, 'BTC-USD', '5s')
  const closedAtMs = (await fetchCandles(demo, query)).at(-1)?.openMs ?? 0
  await first.close()
  await expect
    .poll(async () => (await fetchCandles(demo, query)).at(-1)?.openMs, { timeout: 20_000 })
    .toBeGreaterThanOrEqual(closedAtMs + 10_000)

  const second = await context.newPage()
  await openLiveDesk(second, demo)
  await expectDrawn(second, 'BTC-USD', '5s')
  for (const openMs of [closedAtMs, closedAtMs + 5_000, closedAtMs + 10_000]) {
    await expect(async () => {
      const newestMs = (await fetchCandles(demo, query)).at(-1)?.openMs ?? 0
      const back = (newestMs - openMs) / 5_000
      const bars = await readBars(second, [back + 1, back, back - 1])
      const candles = await fetchCandles(demo, query)
      expect(bars.map((bar) => findShown(candles, bar, 2)?.openMs)).toContain(openMs)
    }).toPass({ timeout: 20_000 })
  }

  const own = (await fetchCandles(demo, query)).filter(({ openMs }) => openMs >= closedAtMs)
  expect(seconds(own)).toEqual([...own.keys()].map((index) => closedAtMs + index * 5_000))
})

test('shows the same state after a reload', async ({ page, demo }) => {
  await openLiveDesk(page, demo)
  await expectDrawn(page, 'BTC-USD', '1m')
  await page.reload()
  await expect(page.getByText('326 symbols', { exact: true })).toBeVisible()
  await expect(page.getByRole('button', { name: '22/22 live' })).toBeVisible()
  await expectDrawn(page, 'BTC-USD', '1m')
  await expect(page).toHaveTitle(/^BTC-USD [\d,]+\.\d\d — Tapedeck SIMULATED$/)
})

test('leaves one client on the host after twenty reloads', async ({ page, demo }) => {
  await openLiveDesk(page, demo)
  for (let count = 0; count < 20; count += 1) {
    await page.reload({ waitUntil: 'domcontentloaded' })
    if (count % 2 === 0) await expect(page.getByText('326 symbols', { exact: true })).toBeVisible()
  }
  await expect(page.getByRole('button', { name: '22/22 live' })).toBeVisible()
  await expect.poll(() => countFreePlaces(demo)).toBe(maxClients - 1)
  await page.close()
  await expect.poll(() => countFreePlaces(demo)).toBe(maxClients)
})
