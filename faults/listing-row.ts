import { setTimeout as pause } from 'node:timers/promises'
import { boundedBy } from './figure-rules.ts'
import { withDuplicate } from './judge-row.ts'
import type { FaultRow } from './row.ts'
import type { FaultStand } from './stand.ts'
import { holdsWithin } from './wait.ts'
import { wireRow } from './wire-row.ts'

const venue = 'coinbase'
const delisted = 'coinbase:XRP-USD'
/** The list is asked for again a minute after it was whole. */
const noticedMs = 100_000
const settleMs = 30_000

function isWanted({ engine }: FaultStand): boolean {
  return engine.connections.some(({ instruments }) => instruments.includes(delisted))
}

/** Row P15: an instrument that the venue lists no more. */
export const listingRow: FaultRow = wireRow({
  id: 'P15',
  families: ['P'],
  title: 'a delisted instrument',
  mostSeeds: 1,
  settleMs,
  spoil: withDuplicate,
  expect: boundedBy({
    retiredMs: { most: noticedMs },
    asksBefore: { least: 1 },
    retries: { most: 0 },
    othersLive: { least: 3 }
  }),
  act: async (stand) => {
    const asked = async () => (await stand.strikes())['untradable'] ?? 0
    await stand.fault({ kind: 'delist', instrument: delisted })
    await stand.fault({ kind: 'disconnect', venue })
    const fromMs = performance.now()
    const isRetired = await holdsWithin(noticedMs, () => !isWanted(stand))
    const retiredMs = isRetired ? performance.now() - fromMs : null
    // That it was asked for before shows that asking is counted.
    const asksBefore = await asked()
    await stand.fault({ kind: 'disconnect', venue })
    await pause(20_000)
    const retries = (await asked()) - asksBefore
    const told = await stand.told()
    const others = stand.instruments.filter((id) => id !== delisted && id.startsWith(`${venue}:`))
    const othersLive = others.filter((id) => (told[id]?.subscribers ?? 0) > 0).length
    return { retiredMs, asksBefore, retries, othersLive }
  }
})
