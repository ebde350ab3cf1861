import { expect, type Locator, type Page } from '@playwright/test'
import type { CandleShape } from '../../../src/contracts/shapes.ts'

/** What the legend says about one bar; null where it shows a dash. */
export type LegendFigures = {
  readonly open: number | null
  readonly high: number | null
  readonly low: number | null
  readonly close: number | null
  readonly volume: number | null
  readonly trades: number | null
}

const barSpacing = 7
const barsRightOfNewest = 8

export function chartOf(page: Page, symbol: string, interval: string): Locator {
  return page.getByRole('region', { name: `Chart ${symbol} ${interval}`, exact: true })
}

/** Reads all figures of the legend at one instant, after whatever is under way has been painted. */
export async function readLegend(page: Page): Promise<LegendFigures> {
  const texts = await page.locator('.legend').evaluate(async (legend) => {
    const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve))
    await nextFrame()
    await nextFrame()
    const read = (field: string) => legend.querySelector(`[data-field=${field}]`)?.textContent ?? ''
    return {
      open: read('open'),
      high: read('high'),
      low: read('low'),
      close: read('close'),
      volume: read('volume'),
      trades: read('trades')
    }
  })
  return {
    open: figureOf(texts.open),
    high: figureOf(texts.high),
    low: figureOf(texts.low),
    close: figureOf(texts.close),
    volume: figureOf(texts.volume),
    trades: figureOf(texts.trades)
  }
}

function figureOf(text: string): number | null {
  const match = /^(-?[\d.]+)([KMB]?)$/.exec(text.replaceAll(',', '').replace('−', '-'))
  if (match === null) return null
  const scale = { '': 1, K: 1e3, M: 1e6, B: 1e9 }[match[2] ?? ''] ?? 1
  return Number(match[1]) * scale
}

/**
 * Points at bars one after the other and reads what the legend says of each.
 *
 * @param backs Bars before the newest one; 0 is the newest.
 */
export async function readBars(
  page: Page,
  backs: readonly number[]
): Promise<readonly LegendFigures[]> {
  const bars: LegendFigures[] = []
  for (const back of backs) {
    const { x, y } = await barPlace(page, back)
    await page.mouse.move(x, y)
    bars.push(await readLegend(page))
  }
  return bars
}

/**
 * Where a bar stands on the page, at the height of the middle of the chart.
 *
 * @param back Bars before the newest one, empty slots included; 0 is the newest.
 */
export async function barPlace(
  page: Page,
  back: number
): Promise<{ readonly x: number; readonly y: number }> {
  const { right, middle } = await plotBox(page)
  return { x: right - (barsRightOfNewest + back + 0.5) * barSpacing, y: middle }
}

/** The area of the candles, between the left edge and the price axis. */
export async function plotBox(page: Page) {
  const boxes = await page.locator('.plot canvas').evaluateAll((canvases) =>
    canvases.map((canvas) => {
      const { left, right, top, bottom } = canvas.getBoundingClientRect()
      return { left, right, middle: (top + bottom) / 2, area: (right - left) * (bottom - top) }
    })
  )
  const largest = boxes.sort((left, right) => right.area - left.area)[0]
  if (largest === undefined) throw new Error('the chart has no canvas')
  return largest
}

/** Finds the candle that the legend tells of; prices are compared as shown, to the digit. */
export function findShown(
  candles: readonly CandleShape[],
  shown: LegendFigures,
  digits: number
): CandleShape | undefined {
  const isSame = (left: number, right: number | null) =>
    right !== null && left.toFixed(digits) === right.toFixed(digits)
  return candles.find(
    (candle) =>
      isSame(candle.open, shown.open) &&
      isSame(candle.high, shown.high) &&
      isSame(candle.low, shown.low) &&
      isSame(candle.close, shown.close) &&
      (candle.trades === 0 ? shown.trades === null : candle.trades === shown.trades)
  )
}

/** Pixels of the chart in the colours of rising and of falling candles. */
export async function countCandlePixels(page: Page): Promise<{ up: number; down: number }> {
  return page.locator('.chart').evaluate((chart) => {
    const style = getComputedStyle(chart)
    const probe = document.createElement('canvas').getContext('2d')
    const colourOf = (name: string) => {
      if (probe === null) return [0, 0, 0]
      probe.fillStyle = style.getPropertyValue(name).trim()
      probe.fillRect(0, 0, 1, 1)
      return [...probe.getImageData(0, 0, 1, 1).data]
    }
    const [up, down] = [colourOf('--up'), colourOf('--down')]
    const counts = { up: 0, down: 0 }
    for (const canvas of chart.querySelectorAll('canvas')) {
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data
      for (let at = 0; pixels !== undefined && at < pixels.length; at += 4) {
        const is = (colour: number[]) =>
          pixels[at] === colour[0] && pixels[at + 1] === colour[1] && pixels[at + 2] === colour[2]
        if (is(up)) counts.up += 1
        else if (is(down)) counts.down += 1
      }
    }
    return counts
  })
}

/** Waits until the chart of a series is drawn with history behind its newest candle. */
export async function expectDrawn(page: Page, symbol: string, interval: string): Promise<void> {
  await expect(chartOf(page, symbol, interval)).toBeVisible()
  await expect(page.locator('.legend [data-field=close]')).not.toHaveText('–')
  await expect(page.locator('.chart-notice')).toHaveCount(0)
}
