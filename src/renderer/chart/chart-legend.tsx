import type { LegendField } from './legend-painter.ts'

const labels: readonly {
  readonly field: LegendField
  readonly label: string
  readonly title: string
}[] = [
  { field: 'open', label: 'O', title: 'Open' },
  { field: 'high', label: 'H', title: 'High' },
  { field: 'low', label: 'L', title: 'Low' },
  { field: 'close', label: 'C', title: 'Close' },
  { field: 'change', label: '', title: 'Change from the close before' },
  { field: 'volume', label: 'Vol', title: 'Volume in base units' },
  { field: 'buy', label: 'Buy', title: 'Share of the volume that buyers took' },
  { field: 'trades', label: 'Trades', title: 'Number of trades' },
  { field: 'state', label: '', title: 'How complete it is' }
]

/** The figures of one bar, over the top left of the chart; painted, not rendered. */
export function ChartLegend({ root }: { readonly root: React.Ref<HTMLDListElement> }) {
  return (
    <dl className="legend" ref={root}>
      {labels.map(({ field, label, title }) => (
        <div key={field} title={title}>
          <dt className={label === '' ? 'unseen' : ''}>{label === '' ? title : label}</dt>
          <dd data-field={field}>–</dd>
        </div>
      ))}
    </dl>
  )
}
