import { useChoice } from '../desk/desk.ts'
import type { Column } from './columns.ts'

/** The heading row; what can be sorted is a button. */
export function WatchHeading({ columns }: { readonly columns: readonly Column[] }) {
  return (
    <div role="rowgroup" className="watch-heading">
      <div role="row" aria-rowindex={1} className="watch-heading-row">
        {columns.map((column) => (
          <HeadingCell key={column.name} column={column} />
        ))}
      </div>
    </div>
  )
}

function HeadingCell({ column }: { readonly column: Column }) {
  const sort = useChoice((state) => state.sort)
  const sortBy = useChoice((state) => state.sortBy)
  const { sort: key } = column
  const isSorted = key !== null && sort.key === key
  const sorted = isSorted ? (sort.descending ? 'descending' : 'ascending') : 'none'
  return (
    <div
      role="columnheader"
      className={`cell cell-${column.name}`}
      title={column.meaning}
      aria-sort={sorted}
    >
      {key === null ? (
        <span className={column.title === '' ? 'unseen' : ''}>
          {column.title === '' ? column.meaning : column.title}
        </span>
      ) : (
        <button type="button" tabIndex={-1} onClick={() => sortBy(key)}>
          {column.title}
          {isSorted ? <i aria-hidden="true">{sort.descending ? '↓' : '↑'}</i> : null}
        </button>
      )}
    </div>
  )
}
