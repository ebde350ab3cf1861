import { memo, useLayoutEffect, useRef } from 'react'
import type { InstrumentRow } from '../../contracts/state-rows.ts'
import { useDesk } from '../desk/desk.ts'
import { Mark } from '../freshness/mark.tsx'
import type { Column } from './columns.ts'
import { RowPainter, sparkBox } from './row-painter.ts'

export const rowHeight = 24

type WatchRowProps = {
  readonly instrument: InstrumentRow
  readonly index: number
  readonly columns: readonly Column[]
  readonly isActive: boolean
  readonly isOpen: boolean
  readonly onOpen: (instrument: InstrumentRow, index: number) => void
}

/** One row. React places it; its figures are painted straight from the store. */
export const WatchRow = memo(function WatchRow(props: WatchRowProps) {
  const { instrument, index, columns, isActive, isOpen, onOpen } = props
  const row = useRef<HTMLDivElement>(null)
  useRowPainter(row, instrument, columns)
  return (
    <div
      ref={row}
      role="row"
      id={watchRowId(instrument.id)}
      className="watch-row"
      aria-rowindex={index + 2}
      aria-selected={isOpen}
      data-active={isActive}
      style={{ transform: `translateY(${index * rowHeight}px)` }}
      onClick={() => onOpen(instrument, index)}
    >
      {columns.map((column) => (
        <WatchCell key={column.name} column={column} instrument={instrument} />
      ))}
    </div>
  )
})

/** The element id of an instrument's row. */
export function watchRowId(instrument: string): string {
  return `watch-${instrument}`
}

function useRowPainter(
  row: React.RefObject<HTMLDivElement | null>,
  instrument: InstrumentRow,
  columns: readonly Column[]
): void {
  const desk = useDesk()
  useLayoutEffect(() => {
    const element = row.current
    if (element === null) return
    const { prices, sparks, ledger } = desk.stream.state
    const painter = new RowPainter(element, instrument, {
      findPrice: (id) => prices.find(id),
      findSpark: (id) => sparks.find(id),
      findLedger: (id) => ledger.find(id),
      isLinked: () => desk.stream.status.kind === 'live',
      runNowMs: () => desk.stream.runNowMs(),
      wallMs: desk.clock,
      mayFlash: () => !matchMedia('(prefers-reduced-motion: reduce)').matches
    })
    painter.paint()
    const stops = [
      prices.subscribeRow(instrument.id, () => desk.paint.request(painter)),
      ledger.subscribeRow(instrument.id, () => desk.paint.request(painter)),
      desk.stream.onStatus(() => desk.paint.request(painter)),
      desk.seconds.subscribe(() => painter.paintAge()),
      () => desk.paint.forget(painter)
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }, [row, desk, instrument, columns])
}

function WatchCell({
  column,
  instrument
}: {
  readonly column: Column
  readonly instrument: InstrumentRow
}) {
  const className = `cell cell-${column.name}`
  switch (column.name) {
    case 'mark':
      return (
        <div role="gridcell" className={className}>
          <Mark shape="none" />
          <span className="unseen" data-cell="state" />
        </div>
      )
    case 'symbol':
      return (
        <div role="gridcell" className={className} title={instrument.id}>
          <b>{instrument.base}</b>
          {instrument.symbol.slice(instrument.base.length)}
          <span className="gap-mark" data-cell="gaps" hidden>
            <Mark shape="gap-open" />
          </span>
        </div>
      )
    case 'price':
      return (
        <div role="gridcell" className={className}>
          <span className="price" data-cell="price" />
        </div>
      )
    case 'range':
      return (
        <div role="gridcell" className={className}>
          <div className="range" data-cell="range" hidden>
            <i />
          </div>
        </div>
      )
    case 'spark':
      return (
        <div role="gridcell" className={className}>
          <svg
            viewBox={`0 -1 ${sparkBox.width} ${sparkBox.height + 2}`}
            width={sparkBox.width}
            height={sparkBox.height + 2}
            aria-hidden="true"
          >
            <path data-cell="spark" />
          </svg>
        </div>
      )
    case 'venue':
      return (
        <div role="gridcell" className={className}>
          {instrument.venue}
        </div>
      )
    case 'change':
    case 'volume':
    case 'spread':
    case 'trades':
    case 'age':
      return <div role="gridcell" className={className} data-cell={column.name} />
  }
}
