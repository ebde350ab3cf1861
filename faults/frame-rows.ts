import { setTimeout as pause } from 'node:timers/promises'
import { boundedBy, type FigureRule } from './figure-rules.ts'
import { withDuplicate, withoutGaps } from './judge-row.ts'
import type { FaultRow } from './row.ts'
import type { FaultStand } from './stand.ts'
import { holdsWithin } from './wait.ts'
import { wireRow, type WireRow } from './wire-row.ts'

const venue = 'coinbase'
const settleMs = 30_000
const backMs = 60_000
const heardMs = 8_000

function rejected({ engine }: FaultStand): number {
  return engine.health?.rejectedFrames ?? 0
}

function unknown({ engine }: FaultStand): number {
  return engine.health?.unknownFrames ?? 0
}

function reconnects({ engine }: FaultStand): number {
  return engine.connections.reduce((sum, each) => sum + each.reconnects, 0)
}

type FrameRow = Pick<WireRow, 'id' | 'title' | 'mostSeeds' | 'control' | 'act'> & {
  readonly spoil?: string
  readonly rules: Readonly<Record<string, FigureRule>>
}

function frameRow({ rules, ...row }: FrameRow): FaultRow {
  const expect = boundedBy(rules)
  return wireRow({ families: ['P'], settleMs, spoil: withoutGaps, ...row, expect })
}

/** Row P14; its control is a frame that is no error, of which nothing may be told. */
function sayingRow(): FaultRow {
  let controls: readonly string[] = []
  return frameRow({
    id: 'P14',
    title: 'errors and warnings of rates in the stream',
    spoil: withDuplicate,
    rules: { reactionMs: { most: 5_000 }, unheard: { most: 0 } },
    control: () => controls,
    act: async (stand) => {
      const words = () =>
        stand.engine.connections
          .filter((each) => each.venue === venue)
          .map(
            ({ log, state, reason }) =>
              `${log.length} ${log[0]?.atMs ?? 0} ${state} ${reason ?? ''}`
          )
          .join('; ')
      const isTold = async (about: string) => {
        const before = words()
        await stand.fault({ kind: 'say', venue, about })
        return holdsWithin(heardMs, () => words() !== before)
      }
      controls = (await isTold('unknown')) ? [] : ['nothing is told where no error is said']
      let [reactionMs, unheard] = [0, 0]
      for (const about of ['rate', 'error']) {
        const fromMs = performance.now()
        if (!(await isTold(about))) unheard += 1
        reactionMs = Math.max(reactionMs, performance.now() - fromMs)
        await pause(1_000)
      }
      await stand.untilLive(backMs)
      return { reactionMs, unheard }
    }
  })
}

/** Rows P7, P11, P13 and P14: what frames say, and what a venue refuses. */
export const frameRows: readonly FaultRow[] = [
  frameRow({
    id: 'P7',
    title: 'damaged frames: one in a thousand, then all',
    rules: {
      missedRejects: { most: 0 },
      fewReconnects: { most: 0 },
      allReconnects: { least: 1 },
      log_10s: { most: 200 }
    },
    act: async (stand) => {
      const before = { rejected: rejected(stand), reconnects: reconnects(stand) }
      await stand.fault({ kind: 'corrupt', venue, share: 0.01, ms: 10_000 })
      await pause(10_500)
      const injected = (await stand.strikes())['corrupt'] ?? 0
      await holdsWithin(heardMs, () => rejected(stand) - before.rejected >= injected)
      const missedRejects = Math.abs(injected - (rejected(stand) - before.rejected))
      const fewReconnects = reconnects(stand) - before.reconnects
      await stand.fault({ kind: 'corrupt', venue, ms: 12_000 })
      await pause(12_500)
      const allReconnects = reconnects(stand) - before.reconnects
      await stand.untilLive(backMs)
      return { injected, missedRejects, fewReconnects, allReconnects }
    }
  }),
  frameRow({
    id: 'P11',
    title: 'unknown types, more fields, other names',
    rules: {
      unknownMissed: { most: 0 },
      extraRejected: { most: 0 },
      renamedMissed: { most: 0 },
      renamed: { least: 20 }
    },
    act: async (stand) => {
      const links = stand.engine.connections.filter((each) => each.venue === venue).length
      const before = { unknown: unknown(stand), rejected: rejected(stand) }
      await stand.fault({ kind: 'say', venue, about: 'unknown' })
      await holdsWithin(heardMs, () => unknown(stand) - before.unknown >= links)
      const unknownMissed = Math.abs(links - (unknown(stand) - before.unknown))
      await stand.fault({ kind: 'mutate', venue, change: 'extra', ms: 3_000 })
      await pause(4_500)
      const extraRejected = rejected(stand) - before.rejected
      const extra = (await stand.strikes())['mutate'] ?? 0
      await stand.fault({ kind: 'mutate', venue, change: 'rename', n: 50 })
      await pause(4_500)
      const renamed = ((await stand.strikes())['mutate'] ?? 0) - extra
      await holdsWithin(heardMs, () => rejected(stand) - before.rejected >= renamed)
      const renamedMissed = Math.abs(renamed - (rejected(stand) - before.rejected))
      return { unknownMissed, extra, extraRejected, renamed, renamedMissed }
    }
  }),
  frameRow({
    id: 'P13',
    title: 'one instrument refused, then all of them, then no acknowledgement',
    mostSeeds: 1,
    rules: {
      othersLiveMs: { most: 30_000 },
      acknowledgedMs: { most: 60_000 },
      wholeBackMs: { most: 90_000 }
    },
    act: async (stand) => {
      const live = (ids: readonly string[]) => async () => {
        const told = await stand.told()
        return ids.every((id) => (told[id]?.subscribers ?? 0) > 0)
      }
      const coins = stand.instruments.filter((id) => id.startsWith(`${venue}:`))
      const [bad = '', ...others] = coins.toReversed()
      const measured = async (ids: readonly string[], withinMs: number) => {
        const fromMs = performance.now()
        return (await holdsWithin(withinMs, live(ids))) ? performance.now() - fromMs : null
      }
      await stand.fault({ kind: 'refuse-instrument', instrument: bad })
      await stand.fault({ kind: 'disconnect', venue })
      await pause(100)
      const othersLiveMs = await measured(others, 60_000)
      await stand.fault({ kind: 'clear' })
      await stand.fault({ kind: 'no-ack', venue, ms: 15_000 })
      await stand.fault({ kind: 'disconnect', venue })
      await pause(100)
      const acknowledgedMs = await measured(others, 60_000)
      await pause(15_000)
      await stand.fault({ kind: 'refuse-instrument', venue, ms: 8_000 })
      await stand.fault({ kind: 'disconnect', venue })
      await pause(8_000)
      const wholeBackMs = await measured(others, 120_000)
      return { othersLiveMs, acknowledgedMs, wholeBackMs }
    }
  }),
  sayingRow()
]
