import type { ReactNode } from 'react'
import {
  useChoice,
  useLinkStatus,
  useRows,
  useRowsCalmly,
  useRun,
  useRunNowMs,
  useZonedTime
} from '../desk/desk.ts'
import type { Screen } from '../desk/desk-choices.ts'
import { localTimeZone, zoneName } from '../format/zoned-time.ts'
import { fixedText } from '../format/number-text.ts'
import { Mark, type MarkShape } from '../freshness/mark.tsx'
import { countGaps, gapSentence, gapShape, gapsText, type GapCount } from '../ledger/gap-count.ts'
import { marketPlaceText, marketText } from './market-text.ts'
import type { HealthRow } from '../../contracts/state-rows.ts'

/** One line of figures about everything, each a way into its screen. */
export function StatusBar() {
  const isLinked = useLinkStatus().kind === 'live'
  const health = useRows('health')[0]
  return (
    <footer className="status-bar" data-region="status" data-linked={isLinked}>
      {health === undefined ? (
        <StatusItem screen="connections" title="State of the link">
          <Mark shape="working" /> connecting to the engine
        </StatusItem>
      ) : (
        <HealthItems health={health} isLinked={isLinked} />
      )}
      <MarketItems />
      <span className="spring" />
      {health?.databaseMb === undefined || health.databaseMb === null ? null : (
        <StatusItem
          screen="connections"
          title={`Database; ${fixedText(health.tradesStored, 0)} trades stored`}
        >
          DB {megabytes(health.databaseMb)}
        </StatusItem>
      )}
      <RunClock />
    </footer>
  )
}

function HealthItems({
  health,
  isLinked
}: {
  readonly health: HealthRow
  readonly isLinked: boolean
}) {
  const { connections, instruments } = health
  const shape = statusShape(health, isLinked)
  return (
    <>
      <StatusItem screen="connections" title="Connections live">
        <Mark shape={shape} />{' '}
        {isLinked ? `${connections.live}/${connections.total} live` : 'no link to the engine'}
      </StatusItem>
      <StatusItem screen="watch" title="Symbols live or quiet">
        {instruments.live}/{instruments.total} symbols
      </StatusItem>
      <GapItem />
      <StatusItem screen="connections" title="Messages received each second">
        <span className="figure">{fixedText(health.messagesPerSecond, 0)}</span> msg/s
      </StatusItem>
      <StatusItem
        screen="connections"
        title="Venue time to receive time over all connections, median of 60 s"
      >
        lag {health.latencyP50Ms === null ? '–' : `${fixedText(health.latencyP50Ms, 0)} ms`}
      </StatusItem>
      <StatusItem screen="connections" title="Memory of the engine">
        {megabytes(health.memoryMb)}
      </StatusItem>
    </>
  )
}

/** Gaps over all instruments; nothing while the engine has told of none. */
function GapItem() {
  const rows = useRowsCalmly('ledger')
  if (rows.length === 0) return null
  const count = countGaps(rows)
  const shape = gapShape(count)
  const sentence = gapSentence(count)
  return (
    <StatusItem screen="connections" title={sentence === '' ? 'No gap is open' : sentence}>
      {shape === null ? null : <Mark shape={shape} />} {openGapsText(count)}
    </StatusItem>
  )
}

/** Writes gaps for the status bar: `0 gaps open`, `2 gaps open, 14 missing`, `0 gaps open, 3 not refilled`. */
export function openGapsText({ openGaps, missingTrades, lostGaps }: GapCount): string {
  const missing = missingTrades > 0 ? `, ${fixedText(missingTrades, 0)} missing` : ''
  const lost = lostGaps > 0 ? `, ${fixedText(lostGaps, 0)} not refilled` : ''
  return `${gapsText(openGaps)} open${missing}${lost}`
}

function statusShape(health: HealthRow, isLinked: boolean): MarkShape {
  if (!isLinked) return 'stale'
  if (health.status === 'down') return 'failed'
  return health.status === 'ok' ? 'live' : 'stale'
}

function MarketItems() {
  const run = useRun()
  const zone = useZonedTime()
  const nowMs = useRunNowMs()
  return run?.markets.map((market) => (
    <StatusItem
      key={market.calendar}
      screen="connections"
      title={`Market hours: ${marketPlaceText(market, nowMs) ?? 'no change in sight'}`}
    >
      {marketText(market, nowMs, zone)}
    </StatusItem>
  ))
}

function StatusItem(props: {
  readonly screen: Screen
  readonly title: string
  readonly children: ReactNode
}) {
  const showScreen = useChoice((state) => state.showScreen)
  return (
    <button type="button" title={props.title} onClick={() => showScreen(props.screen)}>
      {props.children}
    </button>
  )
}

const offeredZones = ['UTC', 'America/New_York', 'Europe/London', 'Asia/Tokyo'] as const

/** The run clock; its zone is that of every time on the screen and can be chosen here. */
function RunClock() {
  const nowMs = useRunNowMs()
  const zone = useZonedTime()
  const timeZone = useChoice((state) => state.timeZone)
  return (
    <span className="run-clock">
      <time>{zone.secondText(nowMs)}</time>
      <ZoneSelect value={timeZone} />
    </span>
  )
}

/** Choice of the time zone for all times shown. */
export function ZoneSelect({ value }: { readonly value: string }) {
  const setTimeZone = useChoice((state) => state.setTimeZone)
  const known = value === 'local' || offeredZones.some((zone) => zone === value)
  return (
    <select
      aria-label="Time zone"
      value={value}
      onChange={(event) => setTimeZone(event.target.value)}
    >
      <option value="local">{zoneName(localTimeZone())} (local)</option>
      {known ? null : <option value={value}>{zoneName(value)}</option>}
      {offeredZones.map((zone) => (
        <option key={zone} value={zone}>
          {zoneName(zone)}
        </option>
      ))}
    </select>
  )
}

function megabytes(value: number): string {
  return value < 1_000 ? `${fixedText(value, 0)} MB` : `${fixedText(value / 1_000, 1)} GB`
}
