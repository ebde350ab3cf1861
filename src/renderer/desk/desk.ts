import {
  createContext,
  useContext,
  useEffect,
  useMemo,
  useReducer,
  useState,
  useSyncExternalStore
} from 'react'
import { useStore } from 'zustand'
import type { InstrumentRow, RunRow, StateTables, TableName } from '../../contracts/state-rows.ts'
import { localTimeZone, ZonedTime } from '../format/zoned-time.ts'
import type { HealthHistory } from '../connections/health-history.ts'
import type { HostActions } from '../host-actions.ts'
import type { ReplayDeck } from '../replay/replay-deck.ts'
import type { WallClock } from '../stream/run-clock.ts'
import type { LinkStatus, StreamClient } from '../stream/stream-client.ts'
import type { Table } from '../stream/table.ts'
import type { DeskState, DeskStore } from './desk-store.ts'
import type { PaintLoop } from './paint-loop.ts'
import type { SecondTimer } from './second-timer.ts'

/** Everything a screen needs, made once at start. */
export type Desk = {
  /** What is shown: the live state, or inside the replay screen that of the deck. */
  readonly stream: StreamClient
  /** The live state, on every screen. */
  readonly live: StreamClient
  readonly deck: ReplayDeck
  readonly choices: DeskStore
  readonly host: HostActions
  readonly clock: WallClock
  readonly seconds: SecondTimer
  readonly paint: PaintLoop
  readonly history: HealthHistory
}

export const DeskContext = createContext<Desk | null>(null)

export function useDesk(): Desk {
  const desk = useContext(DeskContext)
  if (desk === null) throw new Error('a screen was rendered outside DeskContext')
  return desk
}

export function useChoice<Result>(select: (state: DeskState) => Result): Result {
  return useStore(useDesk().choices, select)
}

export function useLinkStatus(): LinkStatus {
  const { stream } = useDesk()
  return useSyncExternalStore(
    (listener) => stream.onStatus(listener),
    () => stream.status
  )
}

/** All rows of a table. Not for prices: those are painted, not rendered. */
export function useRows<Name extends Exclude<TableName, 'prices' | 'sparks'>>(
  name: Name
): readonly StateTables[Name][] {
  const table = useDesk().stream.state[name] as unknown as Table<StateTables[Name]>
  return useSyncExternalStore(
    (listener) => table.subscribe(listener),
    () => table.list()
  )
}

/** Rows as of the last full second, for tables that change with every message. */
export function useRowsCalmly<Name extends Exclude<TableName, 'prices' | 'sparks'>>(
  name: Name
): readonly StateTables[Name][] {
  const { stream, seconds } = useDesk()
  const table = stream.state[name] as unknown as Table<StateTables[Name]>
  const [rows, setRows] = useState(() => table.list())
  useEffect(() => {
    const read = () => setRows(table.list())
    const stops = [
      seconds.subscribe(read),
      table.subscribe((change) => {
        if (change.membership) read()
      })
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }, [table, seconds])
  return rows
}

/** What may be shown: all that the stream knows of, and while it knows of nothing what is collected. */
export function useKnownInstruments(): readonly InstrumentRow[] {
  const shown = useRows('instruments')
  const { instruments } = useDesk().live.state
  const collected = useSyncExternalStore(
    (listener) => instruments.subscribe(listener),
    () => instruments.list()
  )
  return shown.length > 0 ? shown : collected
}

export function useRun(): RunRow | undefined {
  return useRows('run')[0]
}

/** Whether what is shown is played from the store. */
export function useIsReplay(): boolean {
  return useRun()?.mode === 'replay'
}

/** The run clock now; renders again each second. */
export function useRunNowMs(): number {
  const { stream, seconds } = useDesk()
  const [, tick] = useReducer((count: number) => count + 1, 0)
  useEffect(() => seconds.subscribe(tick), [seconds])
  return stream.runNowMs()
}

export function useZonedTime(): ZonedTime {
  const choice = useChoice((state) => state.timeZone)
  return useMemo(() => new ZonedTime(choice === 'local' ? localTimeZone() : choice), [choice])
}
