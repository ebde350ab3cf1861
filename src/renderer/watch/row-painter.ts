import type { InstrumentRow, LedgerRow, PriceRow, SparkRow } from '../../contracts/state-rows.ts'
import type { Freshness } from '../../contracts/shapes.ts'
import type { Painter } from '../desk/paint-loop.ts'
import { ageText } from '../format/age-text.ts'
import { compactText, fixedText, signedText } from '../format/number-text.ts'
import { priceDigits } from '../format/price-text.ts'
import { markHref } from '../freshness/mark.tsx'
import { gapSentence, gapShape } from '../ledger/gap-count.ts'
import { freshnessSentence, shownFreshness } from '../freshness/shown-freshness.ts'
import type { ColumnName } from './columns.ts'
import { FlashGate } from './flash-gate.ts'
import { sparkPath } from './spark-path.ts'
import { changePercent, spreadBasisPoints, turnover } from './watch-order.ts'

export const sparkBox = { width: 64, height: 16 } as const
const flashMs = 400

/** What a row reads when it paints. */
export type RowSource = {
  findPrice(id: string): PriceRow | undefined
  findSpark(id: string): SparkRow | undefined
  findLedger(id: string): LedgerRow | undefined
  isLinked(): boolean
  runNowMs(): number
  wallMs(): number
  mayFlash(): boolean
}

/** Writes one instrument into the cells of one row; touches only what changed. */
export class RowPainter implements Painter {
  readonly #instrument: InstrumentRow
  readonly #source: RowSource
  readonly #row: HTMLElement
  readonly #cells = new Map<string, HTMLElement>()
  readonly #written = new Map<string, string>()
  readonly #gate = new FlashGate()
  #lastPrice: number | null = null
  #digits: number | null = null

  constructor(row: HTMLElement, instrument: InstrumentRow, source: RowSource) {
    this.#row = row
    this.#instrument = instrument
    this.#source = source
    for (const cell of row.querySelectorAll<HTMLElement>('[data-cell]')) {
      this.#cells.set(cell.dataset['cell'] ?? '', cell)
    }
  }

  paint(): void {
    const price = this.#source.findPrice(this.#instrument.id)
    const shown = shownFreshness(price?.freshness ?? 'none', this.#source.isLinked())
    this.#paintFreshness(shown)
    this.#paintPrice(price, shown)
    this.#paintFigures(price)
    this.#paintRange(price)
    this.#paintGaps()
    this.paintAge()
  }

  /** Once a second: what changes although nothing was received. */
  paintAge(): void {
    const price = this.#source.findPrice(this.#instrument.id)
    const nowMs = this.#source.runNowMs()
    const eventMs = price?.eventMs ?? null
    const shown = shownFreshness(price?.freshness ?? 'none', this.#source.isLinked())
    this.#write('age', eventMs === null ? '' : ageText(nowMs - eventMs), eventMs)
    const ledger = this.#source.findLedger(this.#instrument.id)
    const gaps = ledger === undefined ? '' : gapSentence(ledger)
    const words = freshnessSentence(shown, eventMs, nowMs)
    this.#write('state', gaps === '' ? words : `${words}; ${gaps}`)
    this.#paintSpark(price)
  }

  #paintFreshness(shown: Freshness): void {
    if (this.#row.dataset['freshness'] === shown) return
    this.#row.dataset['freshness'] = shown
    const mark = this.#row.querySelector('.cell-mark use')
    mark?.setAttribute('href', markHref(shown))
    mark?.parentElement?.setAttribute('data-shape', shown)
  }

  #paintPrice(price: PriceRow | undefined, shown: Freshness): void {
    const last = price?.price ?? null
    const digits = last === null ? 0 : priceDigits(this.#instrument.tickSize, last)
    this.#write('price', last === null ? '–' : fixedText(last, digits), last)
    this.#alignPoint(digits)
    if (last === null) return
    const before = this.#lastPrice
    this.#lastPrice = last
    if (before === null || before === last || shown !== 'live') return
    this.#flash(last > before ? 'up' : 'down')
  }

  /** Keeps decimal points under each other: shorter fractions end earlier. */
  #alignPoint(digits: number): void {
    if (digits === this.#digits) return
    this.#digits = digits
    this.#cells.get('price')?.style.setProperty('--digits', String(digits))
  }

  #flash(direction: 'up' | 'down'): void {
    const cell = this.#cells.get('price')
    if (cell === undefined) return
    if (cell.dataset['direction'] !== direction) cell.dataset['direction'] = direction
    if (!this.#source.mayFlash() || !this.#gate.admit(this.#source.wallMs())) return
    cell.animate(
      [{ backgroundColor: `var(--${direction}-flash)` }, { backgroundColor: 'transparent' }],
      { duration: flashMs, easing: 'ease-out' }
    )
  }

  #paintFigures(price: PriceRow | undefined): void {
    const change = changePercent(price)
    const direction = change === null ? '' : change < 0 ? 'down' : 'up'
    const arrow = direction === '' ? '' : direction === 'up' ? '▲ ' : '▼ '
    this.#write('change', change === null ? '' : arrow + signedText(change, 2), change)
    const changeCell = this.#cells.get('change')
    if (changeCell !== undefined && changeCell.dataset['direction'] !== direction) {
      changeCell.dataset['direction'] = direction
    }
    const volume = turnover(price)
    this.#write('volume', volume === null ? '' : compactText(volume), volume)
    const spread = spreadBasisPoints(price)
    this.#write('spread', spread === null ? '' : fixedText(spread, spread < 100 ? 2 : 0), spread)
    const trades = price?.tradesPerMinute ?? null
    this.#write('trades', trades === null ? '' : fixedText(trades, 0), trades)
  }

  #paintRange(price: PriceRow | undefined): void {
    const cell = this.#cells.get('range')
    if (cell === undefined) return
    const { price: last = null, low24h: low = null, high24h: high = null } = price ?? {}
    const isKnown = last !== null && low !== null && high !== null && high > low
    const place = isKnown ? Math.min(1, Math.max(0, (last - low) / (high - low))) : null
    const text = place === null ? '' : `${(place * 100).toFixed(0)}%`
    if (this.#written.get('range') === text) return
    this.#written.set('range', text)
    cell.hidden = place === null
    const pin = cell.firstElementChild
    if (pin instanceof HTMLElement && place !== null) pin.style.left = text
  }

  #paintGaps(): void {
    const mark = this.#cells.get('gaps')
    if (mark === undefined) return
    const ledger = this.#source.findLedger(this.#instrument.id)
    const shape = ledger === undefined ? null : gapShape(ledger)
    const sentence = ledger === undefined ? '' : gapSentence(ledger)
    if (this.#written.get('gaps') === sentence) return
    this.#written.set('gaps', sentence)
    mark.hidden = shape === null
    mark.title = sentence
    const drawing = mark.firstElementChild
    if (shape === null || drawing === null) return
    drawing.setAttribute('data-shape', shape)
    drawing.firstElementChild?.setAttribute('href', markHref(shape))
  }

  /** Closes of the minutes before, and the price of now at the end. */
  #paintSpark(price: PriceRow | undefined): void {
    const path = this.#cells.get('spark')
    if (path === undefined) return
    const closes = this.#source.findSpark(this.#instrument.id)?.closes ?? []
    const last = price?.price ?? null
    const drawing = sparkPath(last === null ? closes : [...closes, last], sparkBox)
    if (this.#written.get('spark') === drawing) return
    this.#written.set('spark', drawing)
    path.setAttribute('d', drawing)
  }

  #write(
    cell: ColumnName | 'whole' | 'fraction' | 'state',
    text: string,
    raw?: number | null
  ): void {
    if (this.#written.get(cell) === text) return
    const element = this.#cells.get(cell)
    if (element === undefined) return
    this.#written.set(cell, text)
    element.textContent = text
    if (raw !== undefined && raw !== null) element.dataset['raw'] = String(raw)
  }
}
