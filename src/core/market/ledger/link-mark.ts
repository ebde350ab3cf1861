import type { InstrumentId } from '../instrument.ts'

/** The reason of a link that was ended minutes after its market closed: nothing is missed until it opens. */
export const marketClosed = 'market closed'

/** The reason of a link that let go of an instrument because the venue does not list it: nothing is missed unless it comes back. */
export const delisted = 'delisted'

/**
 * A link began or ceased to carry instruments; what frames do not tell and the tape has to.
 *
 * `up`: the venue acknowledged the subscription. `down`: the link ended, or was told to stop.
 */
export type LinkMark = {
  readonly state: 'up' | 'down'
  /** Connection id; `coinbase-03`. */
  readonly connection: string
  readonly instruments: readonly InstrumentId[]
  /** Run clock, epoch ms. */
  readonly atMs: number
  /**
   * `down`: run clock at its last frame, less what its last data lagged behind the venue; what is later
   * may be missing. `up`: as `atMs`.
   */
  readonly lastFrameMs: number
  /** How it ended, in words; null for `up`. */
  readonly reason: string | null
  /** `down`: the venue answered our goodbye, so all that it sent on this link came; left out where it did not. */
  readonly isDrained?: true
}

/** The `up` marks of links that stand, after one more mark of either state. */
export function standingAfter(standing: readonly LinkMark[], mark: LinkMark): readonly LinkMark[] {
  const left = standing.flatMap((each) => {
    if (each.connection !== mark.connection) return [each]
    const instruments = each.instruments.filter((id) => !mark.instruments.includes(id))
    return instruments.length === 0 ? [] : [{ ...each, instruments }]
  })
  return mark.state === 'up' ? [...left, mark] : left
}
