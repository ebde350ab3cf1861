import { useSyncExternalStore } from 'react'
import { useDesk } from '../desk/desk.ts'
import type { StreamClient } from '../stream/stream-client.ts'

/** The stream of the window's deck; null while it is away. */
export function useDeckStream(): StreamClient | null {
  const { deck } = useDesk()
  return useSyncExternalStore(
    (listener) => deck.onChange(listener),
    () => deck.stream
  )
}
