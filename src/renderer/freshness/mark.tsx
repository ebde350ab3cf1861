import type { ReactNode } from 'react'

/** Shapes of states, told apart without colour. */
export type MarkShape =
  'live' | 'quiet' | 'stale' | 'none' | 'closed' | 'working' | 'handover' | 'failed'

/** Refers to a shape of the page's one sheet. */
export function markHref(shape: MarkShape): string {
  return `#mark-${shape}`
}

const ring = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.4 } as const

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
  failed: <path d="M2.2 2.2l5.6 5.6M7.8 2.2 2.2 7.8" {...ring} strokeWidth={1.6} />
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
