import type { ReactNode } from 'react'
import type { GapState } from '../../core/market/ledger/gap.ts'

/** Shapes of states, told apart without colour. */
export type MarkShape =
  | 'live'
  | 'quiet'
  | 'stale'
  | 'none'
  | 'closed'
  | 'working'
  | 'handover'
  | 'failed'
  | 'replay'
  | `gap-${GapState}`

/** Refers to a shape of the page's one sheet. */
export function markHref(shape: MarkShape): string {
  return `#mark-${shape}`
}

const ring = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.4 } as const
const frame = <path d="M1.5 1.5h7v7h-7z" {...ring} strokeWidth={1} />

const shapes: Readonly<Record<MarkShape, ReactNode>> = {
  live: <circle cx="5" cy="5" r="3.6" fill="currentColor" />,
  quiet: <circle cx="5" cy="5" r="3" {...ring} />,
  stale: (
    <>
      <circle cx="5" cy="5" r="3.3" {...ring} />
      <path d="M5 1.7a3.3 3.3 0 0 0 0 6.6z" fill="currentColor" />
    </>
  ),
  none: <path d="M2 5h6" {...ring} />,
  closed: <rect x="2" y="2" width="6" height="6" fill="currentColor" />,
  working: <path d="M5 2a3 3 0 1 1-3 3" {...ring} />,
  handover: (
    <path d="M1.5 3.5h6M6 2l1.8 1.5L6 5M8.5 6.8h-6M4 5.3 2.2 6.8 4 8.3" {...ring} strokeWidth={1} />
  ),
  failed: <path d="M2.2 2.2l5.6 5.6M7.8 2.2 2.2 7.8" {...ring} strokeWidth={1.6} />,
  replay: <path d="M2.2 1.6 8.6 5 2.2 8.4z" fill="currentColor" />,
  'gap-open': (
    <>
      {frame}
      <path d="M1.5 6 6 1.5M4 8.5 8.5 4" {...ring} strokeWidth={1.2} />
    </>
  ),
  'gap-refilled': (
    <>
      {frame}
      <path d="M3.2 3.2h3.6v3.6H3.2z" fill="currentColor" />
    </>
  ),
  'gap-refilled-candles': (
    <>
      {frame}
      <path d="M3.6 2v6M6.4 2v6" {...ring} strokeWidth={1.2} />
    </>
  ),
  'gap-lost': (
    <>
      {frame}
      <path d="M2.8 2.8l4.4 4.4M7.2 2.8 2.8 7.2" {...ring} strokeWidth={1.2} />
    </>
  ),
  'gap-unproven': <path d="M1.5 1.5h7v7h-7z" {...ring} strokeWidth={1} strokeDasharray="1.4 1.4" />
}

/** All shapes, drawn once; every mark in the page refers to them. */
export function MarkSheet() {
  return (
    <svg className="mark-sheet" aria-hidden="true" focusable="false">
      {Object.entries(shapes).map(([shape, drawing]) => (
        <symbol key={shape} id={`mark-${shape}`} viewBox="0 0 10 10">
          {drawing}
        </symbol>
      ))}
    </svg>
  )
}

/** A state as a shape. It is decoration to a screen reader: the words stand beside it. */
export function Mark({ shape }: { readonly shape: MarkShape }) {
  return (
    <svg className="mark" data-shape={shape} aria-hidden="true">
      <use href={markHref(shape)} />
    </svg>
  )
}
