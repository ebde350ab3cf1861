import type { Candle } from '../../core/market/candle.ts'
import type { DescribedBar } from './chart-session.ts'
import { compactText, fixedText, signedText } from '../format/number-text.ts'

export const legendFields = [
  'open',
  'high',
  'low',
  'close',
  'change',
  'volume',
  'buy',
  'trades',
  'state'
] as const
export type LegendField = (typeof legendFields)[number]

/** Writes the figures of one candle into the legend; touches only what changed. */
export class LegendPainter {
  readonly #root: HTMLElement
  readonly #fields = new Map<string, HTMLElement>()

  constructor(root: HTMLElement) {
    this.#root = root
    for (const field of root.querySelectorAll<HTMLElement>('[data-field]')) {
      this.#fields.set(field.dataset['field'] ?? '', field)
    }
  }

  /** @param tellsSides False where the venue does not say who took. */
  write({ candle, before, state }: DescribedBar, digits: number, tellsSides: boolean): void {
    const direction = candle === null ? '' : candle.close >= candle.open ? 'up' : 'down'
    if (this.#root.dataset['direction'] !== direction) this.#root.dataset['direction'] = direction
    const figures = candle === null ? {} : legendTexts(candle, before, digits, tellsSides)
    const texts = { ...figures, state }
    for (const field of legendFields) this.#set(field, texts[field] ?? '–')
  }

  #set(field: LegendField, text: string): void {
    const element = this.#fields.get(field)
    if (element !== undefined && element.textContent !== text) element.textContent = text
  }
}

/**
 * Writes a candle's figures; an unknown one is left out.
 *
 * @param before The candle before, whose close the change counts from; null counts from the open.
 * @param tellsSides False where the venue does not say who took: no bought volume means nothing then.
 */
export function legendTexts(
  candle: Candle,
  before: Candle | null,
  digits: number,
  tellsSides = true
): Partial<Record<LegendField, string>> {
  const from = before?.close ?? candle.open
  const percent = from > 0 ? (candle.close / from - 1) * 100 : 0
  const texts = {
    open: fixedText(candle.open, digits),
    high: fixedText(candle.high, digits),
    low: fixedText(candle.low, digits),
    close: fixedText(candle.close, digits),
    change: `${signedText(candle.close - from, digits)} (${signedText(percent, 2)} %)`,
    volume: compactText(candle.volume)
  }
  // A venue's own candle tells neither trades nor sides.
  if (candle.trades === 0) return texts
  const counted = { ...texts, trades: fixedText(candle.trades, 0) }
  if (candle.buyVolume === 0 && !tellsSides) return counted
  const share = candle.volume > 0 ? (candle.buyVolume / candle.volume) * 100 : 0
  return { ...counted, buy: `${share.toFixed(0)} %` }
}
