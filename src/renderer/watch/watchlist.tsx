import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { Search } from 'lucide-react'
import type { InstrumentRow } from '../../contracts/state-rows.ts'
import { useChoice, useDesk, useRows } from '../desk/desk.ts'
import type { SortKey } from '../desk/desk-choices.ts'
import { priceDigits } from '../format/price-text.ts'
import { useShownInstrument } from './shown-instrument.ts'
import { fitColumns, priceWidth, type Column } from './columns.ts'
import { rawTextOf } from './raw-text.ts'
import { SettledOrder } from './settled-order.ts'
import { rowHeight, WatchRow, watchRowId } from './watch-row.tsx'
import { WatchHeading } from './watch-heading.tsx'

const scrollBarWidth = 12

/** The list of all instruments: sorted, filtered, virtual, painted from the store. */
export function Watchlist() {
  const instruments = useRows('instruments')
  const width = useChoice((state) => state.watchlistWidth)
  const sortKey = useChoice((state) => state.sort.key)
  const section = useRef<HTMLElement>(null)
  const { order, rows } = useSettledOrder(instruments, section)
  const layout = useLayout(instruments, { width, sortKey })
  return (
    <section
      ref={section}
      className="watchlist"
      aria-label="Watchlist"
      data-region="watchlist"
      style={{ width }}
      onPointerEnter={() => order.hold(true)}
      onPointerLeave={(event) => order.hold(hasFocus(event.currentTarget))}
    >
      <WatchFilter shown={rows.length} known={instruments.length} order={order} />
      <WatchGrid rows={rows} layout={layout} order={order} />
    </section>
  )
}

/** The list itself has the focus; a heading that was clicked holds no row. */
function hasFocus(section: HTMLElement): boolean {
  return section.querySelector('[role=grid]:focus') !== null
}

function useSettledOrder(
  instruments: readonly InstrumentRow[],
  section: React.RefObject<HTMLElement | null>
) {
  const { stream, seconds, clock } = useDesk()
  const filter = useChoice((state) => state.filter)
  const sort = useChoice((state) => state.sort)
  const [order] = useState(() => new SettledOrder((id) => stream.state.prices.find(id)))
  useEffect(
    () => order.configure({ instruments, filter, sort }),
    [order, instruments, filter, sort]
  )
  useEffect(() => {
    return seconds.subscribe(() => {
      // No event tells that the pointer left when the row under it was moved: ask, do not remember.
      const { current } = section
      if (current !== null) order.hold(current.matches(':hover') || hasFocus(current))
      order.settle(clock())
    })
  }, [order, seconds, clock, section])
  const rows = useSyncExternalStore(
    (listener) => order.subscribe(listener),
    () => order.rows
  )
  return { order, rows }
}

type Layout = {
  readonly columns: readonly Column[]
  /** Most decimals of any price; the fraction is that wide. */
  readonly digits: number
}

function useLayout(
  instruments: readonly InstrumentRow[],
  { width, sortKey }: { readonly width: number; readonly sortKey: SortKey }
): Layout {
  return useMemo(() => {
    const digits = instruments.reduce(
      (most, instrument) => Math.max(most, priceDigits(instrument.tickSize, null)),
      2
    )
    const hasSeveralVenues = new Set(instruments.map((instrument) => instrument.venue)).size > 1
    const columns = fitColumns({
      width: width - scrollBarWidth,
      priceColumnWidth: priceWidth(digits),
      hasSeveralVenues,
      sortKey
    })
    return { columns, digits }
  }, [instruments, width, sortKey])
}

function WatchFilter({
  shown,
  known,
  order
}: {
  readonly shown: number
  readonly known: number
  readonly order: SettledOrder
}) {
  const filter = useChoice((state) => state.filter)
  const setFilter = useChoice((state) => state.setFilter)
  const sortKey = useChoice((state) => state.sort.key)
  const isHeld = useSyncExternalStore(
    (listener) => order.subscribe(listener),
    () => order.isHeld
  )
  return (
    <div className="panel-bar">
      <label className="filter">
        <Search size={13} aria-hidden="true" />
        <input
          type="search"
          value={filter}
          placeholder="Filter"
          aria-label="Filter the watchlist"
          spellCheck={false}
          onChange={(event) => setFilter(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setFilter('')
          }}
        />
      </label>
      {isHeld && sortKey !== 'symbol' ? <span className="chip">sort paused</span> : null}
      <span className="count">{shown === known ? known : `${shown} of ${known}`} symbols</span>
    </div>
  )
}

type WatchGridProps = {
  readonly rows: readonly InstrumentRow[]
  readonly layout: Layout
  readonly order: SettledOrder
}

function WatchGrid({ rows, layout, order }: WatchGridProps) {
  const { columns, digits } = layout
  const scroller = useRef<HTMLDivElement>(null)
  const setChart = useChoice((state) => state.setChart)
  const opened = useShownInstrument()
  const [active, setActive] = useState<string | null>(null)
  // The rule speaks of the React compiler, which is not used here.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 6
  })
  const activeIndex = rows.findIndex((row) => row.id === (active ?? opened))
  const template = columns
    .map((column) =>
      column.name === 'symbol' ? `minmax(${column.width}px, 1fr)` : `${column.width}px`
    )
    .join(' ')

  const go = (index: number) => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, index))]
    if (row === undefined) return null
    setActive(row.id)
    virtual.scrollToIndex(rows.indexOf(row), { align: 'auto' })
    return row
  }
  const open = (row: InstrumentRow | null | undefined) => {
    if (row !== null && row !== undefined) setChart({ instrument: row.id })
  }
  const onKeyDown = (event: React.KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1)
    const moves: Record<string, () => void> = {
      ArrowDown: () => go(activeIndex + 1),
      ArrowUp: () => go(activeIndex - 1),
      PageDown: () => go(activeIndex + page),
      PageUp: () => go(activeIndex - page),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      Enter: () => open(rows[activeIndex]),
      ' ': () => open(go(activeIndex + (event.shiftKey ? -1 : 1)))
    }
    const move = moves[event.key]
    if (move === undefined || event.ctrlKey || event.altKey || event.metaKey) return
    event.preventDefault()
    move()
  }
  const activeRow = rows[activeIndex]
  const isRendered = virtual.getVirtualItems().some((item) => item.index === activeIndex)
  return (
    <div
      ref={scroller}
      className="watch-grid"
      role="grid"
      aria-label="Instruments"
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      tabIndex={0}
      {...(activeRow !== undefined && isRendered
        ? { 'aria-activedescendant': watchRowId(activeRow.id) }
        : {})}
      style={{ '--columns': template, '--fraction': digits } as React.CSSProperties}
      onKeyDown={onKeyDown}
      onCopy={(event) => {
        const text = rawTextOf(document.getSelection(), event.currentTarget)
        if (text === null) return
        event.clipboardData.setData('text/plain', text)
        event.preventDefault()
      }}
      onFocus={(event) => {
        // A heading that was clicked keeps the focus: that holds no row.
        if (event.target !== event.currentTarget) return
        order.hold(true)
        if (event.currentTarget.matches(':focus-visible')) go(activeIndex)
      }}
      onBlur={(event) => order.hold(event.currentTarget.matches(':hover'))}
    >
      <WatchHeading columns={columns} />
      <div className="watch-rows" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const instrument = rows[item.index]
          if (instrument === undefined) return null
          return (
            <WatchRow
              key={instrument.id}
              instrument={instrument}
              index={item.index}
              columns={columns}
              isActive={item.index === activeIndex}
              isOpen={instrument.id === opened}
              onOpen={(chosen) => {
                setActive(chosen.id)
                setChart({ instrument: chosen.id })
              }}
            />
          )
        })}
      </div>
      {rows.length === 0 ? <EmptyWatchlist /> : null}
    </div>
  )
}

function EmptyWatchlist() {
  const filter = useChoice((state) => state.filter)
  const setFilter = useChoice((state) => state.setFilter)
  if (filter === '') {
    return (
      <p className="empty">No instruments yet. They appear as soon as a venue has named them.</p>
    )
  }
  return (
    <p className="empty">
      Nothing matches “{filter}”.{' '}
      <button type="button" className="link" onClick={() => setFilter('')}>
        Show all
      </button>
    </p>
  )
}
