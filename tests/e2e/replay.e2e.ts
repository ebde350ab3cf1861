import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expectDrawn, readBars, readLegend } from './support/chart-reading.ts'
import { expect, openLiveDesk, test } from './support/desk-test.ts'
import type { HostProcess } from './support/host-process.ts'
import { fetchCandles, postFault } from './support/host-api.ts'
import { cursorMs, deckState, goToRegion, openReplay, press } from './support/replay-reading.ts'

test.use({ timezoneId: 'UTC' })

test.beforeEach(async ({ page, demo }) => {
  await openLiveDesk(page, demo)
  await page.getByRole('button', { name: '1s', exact: true }).click()
  await expect.poll(() => countSeconds(demo), { timeout: 60_000 }).toBeGreaterThan(40)
})

/** Seconds of Bitcoin that are stored, as far as something traded. */
async function countSeconds(host: HostProcess): Promise<number> {
  const query = { instrument: 'coinbase:BTC-USD', interval: '1s', limit: 100 }
  return (await fetchCandles(host, query)).filter(({ trades }) => trades > 0).length
}

function badges(page: Page) {
  return page.locator('.mode-badge').allTextContents()
}

test('is worked with the keyboard alone: load, play, step, seek, loop, back to live', async ({
  page
}) => {
  await openReplay(page)
  expect(await badges(page)).toEqual(['REPLAY', 'SIMULATED'])
  await expect(page.getByText('stored data, not live')).toBeVisible()
  await expect(page).toHaveTitle(/REPLAY$/)
  const beganMs = await cursorMs(page)

  await page.keyboard.press('Space')
  await expect(deckState(page)).toHaveText('playing, 1×')
  await expect.poll(() => cursorMs(page)).toBeGreaterThan(beganMs + 1_000)
  await page.keyboard.press('Space')
  await expect(deckState(page)).toHaveText('paused')

  const steppedMs = await press(page, 'ArrowRight')
  expect(steppedMs % 1_000).toBe(0)
  const tenOnMs = await press(page, 'Shift+ArrowRight')
  expect(tenOnMs).toBeGreaterThanOrEqual(steppedMs + 10_000)
  expect(await press(page, 'Shift+ArrowLeft')).toBe(steppedMs)

  await goToRegion(page, 'timeline')
  await page.keyboard.press('End')
  await expect(deckState(page)).toHaveText('at its end')
  expect(await press(page, 'Home')).toBe(beganMs)

  const goalMs = Math.ceil(beganMs / 1_000) * 1_000 + 4_000
  await page.keyboard.press('g')
  await page.keyboard.type('soon')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText('soon: write 2026-10-14 10:42:17 or 10:42')
  await page.keyboard.press('Control+a')
  await page.keyboard.type(new Date(goalMs).toISOString().slice(0, 19).replace('T', ' '))
  await page.keyboard.press('Enter')
  await expect.poll(() => cursorMs(page)).toBe(goalMs)

  await page.keyboard.press('i')
  const loopEndMs = await press(page, 'ArrowRight')
  await page.keyboard.press('o')
  await expect(page.getByRole('group', { name: 'Loop' })).toContainText(timeText(loopEndMs))
  await page.keyboard.press('3')
  await page.keyboard.press('Space')
  await expect(deckState(page)).toHaveText('playing, 2×')
  for (let look = 0; look < 20; look += 1) {
    const atMs = await cursorMs(page)
    expect(atMs).toBeGreaterThanOrEqual(goalMs)
    expect(atMs).toBeLessThanOrEqual(loopEndMs)
  }
  await page.keyboard.press('Space')
  await page.keyboard.press('x')
  await expect(page.getByRole('group', { name: 'Loop' })).not.toContainText(timeText(loopEndMs))

  await page.keyboard.press('l')
  await expect(page.getByRole('grid', { name: 'Instruments' })).toBeVisible()
  expect(await badges(page)).toEqual(['SIMULATED'])
})

test('shows nothing after the cursor, and what was over before it as it is stored', async ({
  page,
  demo
}) => {
  await openReplay(page)
  await press(page, 'Shift+ArrowRight')
  const endMs = await press(page, 'ArrowRight')
  const stored = await fetchCandles(demo, {
    instrument: 'coinbase:BTC-USD',
    interval: '1s',
    limit: 1_000
  })
  // A trade of the last second may have come after it.
  const [newest, over] = [1_000, 2_000].map((backMs) =>
    stored.find(({ openMs }) => openMs === endMs - backMs)
  )
  await expect(async () => {
    const shown = await readLegend(page)
    expect(shown.open).toBe(newest?.open)
    expect(shown.trades).toBeLessThanOrEqual(newest?.trades ?? 0)
    const [before] = await readBars(page, [1])
    expect(before).toMatchObject({ open: over?.open, close: over?.close, trades: over?.trades })
    await page.mouse.move(0, 0)
  }).toPass({ timeout: 10_000 })
})

test('takes back what was shown when it steps back', async ({ page }) => {
  await openReplay(page)
  await press(page, 'Shift+ArrowRight')
  await expect.poll(async () => (await readLegend(page)).open).not.toBeNull()
  const before = await readLegend(page)
  await press(page, 'ArrowRight')
  await expect.poll(() => readLegend(page)).not.toEqual(before)
  await press(page, 'ArrowLeft')
  await expect.poll(() => readLegend(page)).toEqual(before)
})

test('goes where the timeline is clicked, and keeps bookmarks over a reload', async ({ page }) => {
  await openReplay(page)
  const beganMs = await cursorMs(page)
  const strip = page.getByRole('slider', { name: 'Position on the tape' })
  const box = await strip.boundingBox()
  if (box === null) throw new Error('the timeline is not drawn')
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 3)
  await expect.poll(() => cursorMs(page)).toBeGreaterThan(beganMs)
  await expect(strip).toHaveAttribute('aria-valuetext', /\d\d:\d\d:\d\d$/)
  const halfMs = await cursorMs(page)

  await page.keyboard.press('m')
  await press(page, 'Home')
  await page.getByRole('button', { name: 'Bookmarks 1' }).click()
  await page.getByRole('list', { name: 'Bookmarks' }).getByRole('button').first().click()
  await expect.poll(() => cursorMs(page)).toBe(halfMs)

  await page.reload()
  await expect(page.getByRole('button', { name: 'Bookmarks 1' })).toBeVisible()
  await page.getByRole('button', { name: 'Bookmarks 1' }).click()
  await page.getByRole('button', { name: /^Remove / }).click()
  await expect(page.getByText('None yet.')).toBeVisible()
})

test('plays several charts on one cursor', async ({ page }) => {
  await openReplay(page)
  await page.getByRole('button', { name: '2', exact: true }).click()
  const charts = page.getByRole('region', { name: /^Chart / })
  await expect(charts).toHaveCount(2)
  await charts.nth(1).getByRole('button', { name: 'BTC-USD' }).click()
  await page.keyboard.type('eth')
  await page.keyboard.press('Enter')
  await expect(charts.nth(1)).toHaveAttribute('aria-label', 'Chart ETH-USD 1s')
  await expect(deckState(page)).toHaveText('paused')
  await press(page, 'Shift+ArrowRight')
  const labels = page.locator('.chart .freshness-label time')
  await expect(labels).toHaveText(Array(2).fill(timeText(await cursorMs(page))) as string[])
})

test('replays from a candle of Watch, by its menu', async ({ page }) => {
  await expectDrawn(page, 'BTC-USD', '1s')
  await goToRegion(page, 'chart')
  await page.keyboard.press('Shift+F10')
  await expect(
    page.getByRole('menuitem', { name: /^Replay from here \d\d:\d\d(:\d\d)?$/ })
  ).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('menu')).toHaveCount(0)
  await page.keyboard.press('Shift+F10')
  await page.keyboard.press('Enter')
  await expect(deckState(page)).toHaveText('paused')
  await expect(page.getByRole('region', { name: 'Chart BTC-USD 1s' })).toBeVisible()
})

test('replays from a gap of Connections, and hatches it on the timeline', async ({
  page,
  demo
}) => {
  await postFault(demo, { kind: 'drop', instrument: 'coinbase:BTC-USD', n: 20 })
  await page.keyboard.press('Control+2')
  const replay = page.getByRole('button', { name: /^Replay the gap of BTC-USD/ }).first()
  await replay.click({ timeout: 30_000 })
  await expect(deckState(page)).toHaveText(/paused|at its end/)
  await expect(page.getByRole('region', { name: /^Chart BTC-USD/ })).toBeVisible()
})

test.describe('when the engine is killed', () => {
  test.use({ toleratedProblems: /WebSocket connection to .*\/replay-state/ })

  test('finds the tape where it stood as soon as there is an engine again', async ({
    page,
    demo
  }) => {
    await openReplay(page)
    await page.keyboard.press('5')
    const stoodMs = await press(page, 'Shift+ArrowRight')

    const lock = JSON.parse(await readFile(join(demo.folder, 'tapedeck.lock'), 'utf8')) as {
      readonly pid: number
    }
    process.kill(lock.pid, 'SIGKILL')
    await expect(page.getByText(/^No link to the engine: the tape stands still/)).toBeVisible()
    await expect(page.getByText(/^No link to the engine: the tape/)).toHaveCount(0, {
      timeout: 30_000
    })
    await expect(deckState(page)).toHaveText('paused')
    expect(await cursorMs(page)).toBe(stoodMs)
    await expect(page.getByRole('button', { name: '10×' })).toHaveAttribute('aria-pressed', 'true')
  })
})

function timeText(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 19)
}
