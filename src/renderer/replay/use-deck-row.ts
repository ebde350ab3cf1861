import { useMemo, useSyncExternalStore } from 'react'
import type { DeckRow } from '../../contracts/deck.ts'
import { useDesk } from '../desk/desk.ts'

/**
 * One plain value of the deck's row; renders again only when that value changes, though the row changes
 * with every frame. What moves with the cursor is painted, not read here.
 */
export function useDeckRow<Value extends string | number | boolean | null>(
  select: (row: DeckRow | undefined) => Value
): Value {
  const { deck } = useDesk().stream.state
  return useSyncExternalStore(
    (listener) => deck.subscribeRow('deck', listener),
    () => select(deck.find('deck'))
  )
}

/** What can be played; null while nothing is loaded. The same object until it changes. */
export function useDeckSpan(name: 'range' | 'loop'): DeckRow['range'] {
  const fromMs = useDeckRow((row) => row?.[name]?.fromMs ?? null)
  const toMs = useDeckRow((row) => row?.[name]?.toMs ?? null)
  return useMemo(() => (fromMs === null || toMs === null ? null : { fromMs, toMs }), [fromMs, toMs])
}
