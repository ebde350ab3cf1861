import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chartOf, expectDrawn } from './support/chart-reading.ts'
import { expect, openLiveDesk, test } from './support/desk-test.ts'
import { recordFreshness, recordNotices } from './support/freshness-record.ts'
import { fetchPrice, postFault } from './support/host-api.ts'
import { connectionRows, rowOf } from './support/watch-rows.ts'

test('comes back by itself when the venue cuts every connection, and keeps the count', async ({
  page,
  demo
}) => {
  await openLiveDesk(page, demo)
  await page.keyboard.press('Control+2')
  const rows = connectionRows(page)
  const reconnects = async () =>
    (await rows.locator('td:nth-of-type(10)').allTextContents()).map(Number)
  await expect(rows).toHaveCount(22)
  const before = await reconnects()
  await postFault(demo, { kind: 'disconnect', venue: 'coinbase', how: 'reset' })
  await expect
    .poll(async () => (await reconnects()).every((count, index) => count > (before[index] ?? 0)), {
      timeout: 20_000
    })
    .toBe(true)
  await expect(page.getByRole('button', { name: '22/22 live' })).toBeVisible({ timeout: 30_000 })
  const log = page.getByRole('region', { name: /^Connection / }).getByRole('list', { name: /happ/ })
  await expect(log).toContainText(/ended \(.+\): /)
  // A venue that lost all at once is let back a few connections a second.
  await expect(log.getByRole('listitem').first()).toContainText('live', { timeout: 30_000 })
})

test('shows a symbol quiet, not live, while the venue sends nothing of it', async ({
  page,
  demo
}) => {
  await openLiveDesk(page, demo)
  await expectDrawn(page, 'BTC-USD', '1m')
  const row = rowOf(page, 'BTC-USD')
  await postFault(demo, {
    kind: 'mute',
    venue: 'coinbase',
    instrument: 'coinbase:BTC-USD',
    ms: 9_000
  })
  await expect(row).toHaveAttribute('data-freshness', 'quiet', { timeout: 12_000 })
  expect((await fetchPrice(demo, 'BTC-USD')).freshness).toBe('quiet')
  await expect(row.locator('[data-cell=state]')).toHaveText(/^quiet, last trade \d+ s ago(;|$)/)
  await expect(page.locator('.freshness-label')).toHaveText(/^quiet \d+ s$/)
  await expect(rowOf(page, 'ETH-USD')).toHaveAttribute('data-freshness', 'live')
  await expect(row).toHaveAttribute('data-freshness', 'live', { timeout: 15_000 })
})

test('shows nothing as live when the engine is killed, says so, and recovers by itself', async ({
  page,
  demo
}) => {
  await openLiveDesk(page, demo)
  await page.mouse.move(200, 400)
  const read = await recordFreshness(page)
  const lock = JSON.parse(readFileSync(join(demo.folder, 'tapedeck.lock'), 'utf8')) as {
    pid: number
  }
  const readNotices = await recordNotices(page)
  process.kill(lock.pid, 'SIGKILL')
  await expect
    .poll(readNotices)
    .toContainEqual(expect.stringMatching(/^Nothing shown here is live: engine not running\./))
  await expect(page.getByRole('button', { name: '22/22 live' })).toBeVisible({ timeout: 30_000 })
  const record = Object.entries(await read())
  expect(record.length).toBeGreaterThan(20)
  for (const [row, states] of record) {
    if (states[0] !== 'none') expect(states, row).toContain('stale')
  }
  await expect(page.locator('.banner[data-kind=notice]')).toHaveCount(0)
  await expect(rowOf(page, 'BTC-USD')).toHaveAttribute('data-freshness', 'live')
  await expect(chartOf(page, 'BTC-USD', '1m')).toHaveAttribute('data-freshness', 'live')
  await page.keyboard.press('Control+2')
  const incidents = page.getByRole('region', { name: 'Incidents', exact: true })
  const outage = incidents.getByRole('row').filter({ hasText: 'engine ended' }).first()
  await expect(outage.locator('td').nth(1)).toHaveText('22', { timeout: 30_000 })
})

test.describe('when the host ends', () => {
  test.use({ toleratedProblems: /WebSocket connection to .* failed/ })

  test('shows everything stale at once, and says why and what happens next', async ({
    page,
    startHost
  }) => {
    const host = await startHost(['--demo'])
    await openLiveDesk(page, host)
    await page.mouse.move(200, 400)
    const read = await recordFreshness(page)
    expect(await host.stop()).toEqual({ code: 0, signal: null })
    await expect(page.locator('.banner[data-kind=notice]')).toContainText('No link to the engine')
    await expect(page.locator('.banner[data-kind=notice]')).toContainText(/Retrying (now|in \d+ s)/)
    await expect(page.getByRole('button', { name: 'no link to the engine' })).toBeVisible()
    await expect(chartOf(page, 'BTC-USD', '1m')).toHaveAttribute('data-freshness', 'stale')
    await expect(page).toHaveTitle(/stale BTC-USD .* SIMULATED$/)
    const record = Object.entries(await read())
    expect(record.length).toBeGreaterThan(20)
    for (const [row, states] of record) {
      expect(states.at(-1), row).toMatch(/^(stale|none)$/)
    }
    await expect(rowOf(page, 'BTC-USD').locator('[data-cell=state]')).toHaveText(/^stale \d+ s$/)
  })
})
