import { useLayoutEffect, useRef } from 'react'
import type { InstrumentRow } from '../../contracts/state-rows.ts'
import { useDesk } from '../desk/desk.ts'
import { signedText } from '../format/number-text.ts'
import { priceText } from '../format/price-text.ts'
import { changePercent } from '../watch/watch-order.ts'

/** The latest price in the chart's heading, painted straight from the store. */
export function LastPrice({ instrument }: { readonly instrument: InstrumentRow }) {
  const root = useRef<HTMLSpanElement>(null)
  const { stream, paint } = useDesk()
  useLayoutEffect(() => {
    const { prices } = stream.state
    const painter = {
      paint: () => {
        const [last, change] = root.current?.children ?? []
        if (last === undefined || change === undefined) return
        const row = prices.find(instrument.id)
        const price = row?.price ?? null
        const percent = changePercent(row)
        last.textContent = price === null ? '–' : priceText(price, instrument.tickSize)
        change.textContent =
          percent === null ? '' : `${percent < 0 ? '▼' : '▲'} ${signedText(percent, 2)} %`
        change.setAttribute('data-direction', (percent ?? 0) < 0 ? 'down' : 'up')
      }
    }
    painter.paint()
    const stop = prices.subscribeRow(instrument.id, () => paint.request(painter))
    return () => {
      stop()
      paint.forget(painter)
    }
  }, [stream, paint, instrument])
  return (
    <span className="last-price" ref={root}>
      <b />
      <span title="Change over 24 hours" />
    </span>
  )
}
