/**
 * `npm run screenshots`: runs the demonstration for some minutes and takes pictures of its screens. Those
 * of the README go to `docs/images`, the other themes and sizes to `test-results/screens` for looking at.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { chromium, type Browser, type Page } from '@playwright/test'
import { ensureBrowser } from './browser.ts'
import { build } from './build.ts'

/** Long enough for a few minutes of own candles and of trends. */
const settledMs = 150_000
const startMs = 30_000

const looks = [
  { folder: 'docs/images', suffix: '', theme: 'dark', width: 1280, height: 800 },
  { folder: 'test-results/screens', suffix: '-light', theme: 'light', width: 1280, height: 800 },
  { folder: 'test-results/screens', suffix: '-wide', theme: 'dark', width: 2560, height: 1440 },
  {
    folder: 'test-results/screens',
    suffix: '-wide-light',
    theme: 'light',
    width: 2560,
    height: 1440
  }
] as const
const screens = ['watch', 'connections', 'replay'] as const

type Look = (typeof looks)[number]

function startDemo(): ChildProcess {
  const args = ['out/main/headless.js', 'serve', '--demo', '--port', '0', '--no-browser']
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
}

function addressOf(demo: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    demo.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const url = /^Open (http:\S+)$/m.exec(said)?.[1]
      if (url !== undefined) resolve(url)
    })
    demo.once('exit', () => reject(new Error('the demonstration ended before it served')))
  })
}

/** Opens a page of its own look; it stays open, so that its trends have time to grow. */
async function openLook(browser: Browser, url: string, look: Look): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.height },
    colorScheme: look.theme,
    timezoneId: 'America/New_York',
    locale: 'en-US'
  })
  const page = await context.newPage()
  await page.goto(url)
  await page.getByText('22/22 live').waitFor({ timeout: startMs })
  return page
}

async function takePictures(page: Page, look: Look): Promise<void> {
  await page.bringToFront()
  for (const [index, screen] of screens.entries()) {
    await page.keyboard.press(`Control+${index + 1}`)
    await page.locator(`.${screen}-screen`).waitFor()
    await page.getByText('Reading gaps').waitFor({ state: 'hidden' })
    if (screen === 'replay') await playHalf(page)
    await page.screenshot({ path: `${look.folder}/${screen}${look.suffix}.png` })
  }
}

/** A tape that was played for a while: half of it, on two charts. */
async function playHalf(page: Page): Promise<void> {
  const state = page.locator('.replay-state')
  await state.getByText('paused').waitFor()
  const charts = page.getByRole('group', { name: 'Charts' })
  await charts.getByRole('button', { name: '2' }).click()
  await page
    .getByRole('region', { name: /^Chart / })
    .nth(1)
    .getByRole('button', { name: '5s', exact: true })
    .click()
  const strip = page.getByRole('slider')
  const box = await strip.boundingBox()
  if (box !== null) await page.mouse.click(box.x + box.width * 0.55, box.y + box.height / 3)
  await state.getByText('paused').waitFor()
  await page.keyboard.press('1')
  await page.keyboard.press('Space')
  await state.getByText('playing').waitFor()
  await page.mouse.move(0, 0)
  await page.waitForTimeout(1_500)
}

async function run(): Promise<void> {
  const executablePath = ensureBrowser()
  await build()
  for (const { folder } of looks) mkdirSync(folder, { recursive: true })
  const demo = startDemo()
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const url = await addressOf(demo)
    const first = await openLook(browser, url, looks[0])
    await first.waitForTimeout(settledMs)
    await takePictures(first, looks[0])
    for (const look of looks.slice(1)) await takePictures(await openLook(browser, url, look), look)
  } finally {
    await browser.close()
    const ended = new Promise((resolve) => demo.once('exit', resolve))
    if (demo.kill('SIGTERM')) await ended
  }
}

await run()
