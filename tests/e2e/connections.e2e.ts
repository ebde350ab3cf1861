import { expect, openLiveDesk, test } from './support/desk-test.ts'
import { openGatedDesk } from './support/gated-desk.ts'
import { connectionRows, rowOf } from './support/watch-rows.ts'

test('lists all 22 connections with figures under each other', async ({ page, demo }) => {
  await openLiveDesk(page, demo)
  await page.getByRole('button', { name: 'Connections', exact: true }).click()
  const rows = connectionRows(page)
  await expect(rows).toHaveCount(22)
  const names = await rows.getByRole('rowheader').allTextContents()
  expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })))
  await expect(rows.first()).toContainText('live')
  await expect(rows.first()).toContainText('15/15')
  await expect(rows.last()).toContainText('11/11')

  const symbols = rows.first().locator('td').nth(2)
  await expect(symbols).toHaveCSS('text-align', 'right')
  await expect(symbols).toHaveCSS('font-variant-numeric', /tabular-nums/)
  const edges = await rows.evaluateAll((elements) =>
    elements.map((row) => Math.round(row.children[4]?.getBoundingClientRect().right ?? 0))
  )
  expect(new Set(edges).size).toBe(1)
})

test('tells what happened on the connection that is chosen, and what it carries', async ({
  page,
  demo
}) => {
  await openLiveDesk(page, demo)
  await page.keyboard.press('Control+2')
  await page.getByRole('row', { name: /coinbase-05/ }).click()
  const detail = page.getByRole('region', { name: 'Connection coinbase-05' })
  await expect(detail.getByRole('list', { name: /Latest happenings/ })).toContainText('live')
  await expect(detail.getByRole('list', { name: /Instruments/ }).getByRole('listitem')).toHaveCount(
    15
  )
  await expect(detail.getByRole('button', { name: 'Retry now' })).toBeDisabled()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('region', { name: 'Connection coinbase-06' })).toBeVisible()

  const carried = page
    .getByRole('list', { name: /Instruments/ })
    .getByRole('button')
    .first()
  const symbol = /[A-Z0-9]+-USD/.exec((await carried.textContent()) ?? '')?.[0] ?? ''
  await carried.click()
  await expect(page.getByRole('region', { name: `Chart ${symbol} 1m` })).toBeVisible()
})

test('says why the engine can do what it does: clock, plan and data folder', async ({
  page,
  demo
}) => {
  await openLiveDesk(page, demo)
  await page.keyboard.press('Control+2')
  const startUp = page.getByRole('region', { name: 'Start-up' })
  await expect(startUp).toContainText('326 instruments on 22 connections')
  await expect(startUp).toContainText('simulated')
  await expect(startUp).toContainText(demo.folder)
})

test('tells of an unreachable venue and what is done about it, and tries again when told to', async ({
  page,
  demo,
  startHost
}) => {
  const { host, gate } = await openGatedDesk(demo, startHost)
  await page.goto(host.url)
  await expect(page.getByRole('button', { name: '2/2 live' })).toBeVisible({ timeout: 15_000 })
  await expect(rowOf(page, 'BTC-USD')).toHaveAttribute('data-freshness', 'live')
  await expect(rowOf(page, 'ETH-USD')).toHaveAttribute('data-freshness', 'live')

  gate.shut()
  await expect(rowOf(page, 'BTC-USD')).toHaveAttribute('data-freshness', 'stale')
  await expect(rowOf(page, 'ETH-USD')).toHaveAttribute('data-freshness', 'stale')
  await expect(page.getByRole('button', { name: '0/2 live' })).toBeVisible()
  await expect(page.getByRole('button', { name: /Connections\s*2 unhealthy/ })).toBeVisible()
  await expect(page).toHaveTitle(/^\(2\) stale BTC-USD /)

  await page.keyboard.press('Control+2')
  const row = page.getByRole('row', { name: /coinbase-01/ })
  await expect(row).toContainText(/(venue down|offline), next probe/)
  await row.click()
  const detail = page.getByRole('region', { name: 'Connection coinbase-01' })
  await expect(detail).toContainText('Probable cause:')
  const retry = detail.getByRole('button', { name: 'Retry now' })
  await expect(retry).toBeEnabled()
  const before = gate.refused
  await retry.click()
  await expect.poll(() => gate.refused).toBeGreaterThan(before)

  const notice = page.locator('.banner[data-kind=notice]')
  await expect(notice).toContainText('coinbase: 2 of 2 connections down', { timeout: 30_000 })
  gate.admit()
  await notice.getByRole('button', { name: 'Retry now' }).click()
  await expect(page.getByRole('button', { name: '2/2 live' })).toBeVisible({ timeout: 30_000 })
  await expect(notice).toHaveCount(0)
  await page.close()
  expect(await host.stop()).toEqual({ code: 0, signal: null })
  await gate.close()
})
