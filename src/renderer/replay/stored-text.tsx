import { useEffect, useState } from 'react'
import { useDesk, useZonedTime } from '../desk/desk.ts'
import type { LoopSpan } from './replay-deck.ts'
import { findStoredSpan, nothingStoredText } from './stored-span.ts'

type StoredTextProps = {
  readonly instrument: string
  readonly asked: { readonly fromMs: number | null; readonly toMs: number | null }
  /** Said while the store was not asked, or does not answer. */
  readonly fallback?: string | null
}

type Answer = { readonly instrument: string; readonly span: LoopSpan | null }

/** Says that nothing is stored where it was asked for, and where something is. */
export function StoredText({ instrument, asked, fallback = null }: StoredTextProps) {
  const { stream, live } = useDesk()
  const zone = useZonedTime()
  const [answer, setAnswer] = useState<Answer | null>(null)
  useEffect(() => {
    let isGone = false
    findStoredSpan((query) => live.query(query), instrument, live.runNowMs()).then(
      (span) => {
        if (!isGone) setAnswer({ instrument, span })
      },
      // What cannot be asked is not said.
      () => undefined
    )
    return () => {
      isGone = true
    }
  }, [live, instrument])
  if (answer?.instrument !== instrument) return fallback
  const symbol = stream.state.instruments.find(instrument)?.symbol ?? instrument
  return nothingStoredText({ symbol, asked, stored: answer.span }, live.runNowMs(), zone)
}
