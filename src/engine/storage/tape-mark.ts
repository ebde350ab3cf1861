import type { InstrumentId } from '../../core/market/instrument.ts'
import type { LinkMark } from '../../core/market/ledger/link-mark.ts'

type MarkValue = string | number | boolean | null | readonly string[]

/**
 * Something that happened and that no frame tells; kept so that a replay can show what was known when.
 * The store adds its own, `gap-opened` and `gap-settled`, with the ledger changes that say so.
 */
export type TapeMark = {
  readonly kind: 'link-up' | 'link-down' | 'refill'
  /** Run clock, epoch ms. */
  readonly atMs: number
  /** Must be registered; null where it tells of a connection. */
  readonly instrument: InstrumentId | null
  readonly connection: string | null
  readonly detail: Readonly<Record<string, MarkValue>>
}

/** The mark of a link that began or ceased to carry instruments. */
export function tapeMarkOf(link: LinkMark): TapeMark {
  const { state, connection, atMs, instruments, lastFrameMs, reason, isDrained } = link
  return {
    kind: state === 'up' ? 'link-up' : 'link-down',
    atMs,
    instrument: null,
    connection,
    detail: { instruments, lastFrameMs, reason, ...(isDrained && { isDrained }) }
  }
}
