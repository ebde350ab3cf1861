import { describe, expect, test } from 'vitest'
import type { Instrument } from '../../../src/core/market/instrument.ts'
import { aCollectorRig, answer, letIn } from '../../support/collector-rig.ts'
import type { CollectorRig } from '../../support/collector-rig.ts'
import { readToyRequest, someToys, toyVenue } from '../../support/toy-venue.ts'
import { until } from '../../support/until.ts'

/** One call to prepare, to be answered by the test. */
type Preparation = {
  readonly symbols: readonly string[]
  succeed(): void
  fail(): void
}

/** A started collector that finds these lists one after another, the last one again and again. */
async function aPreparingRig(
  lists: readonly (readonly Instrument[])[],
  perConnection: number
): Promise<CollectorRig & { readonly preparations: Preparation[]; findMore(): Promise<void> }> {
  const preparations: Preparation[] = []
  const left = [...lists]
  let asked = 0
  const rig = aCollectorRig({
    perConnection,
    venue: toyVenue({
      discover: () => {
        asked += 1
        const [instruments = []] = left.length > 1 ? left.splice(0, 1) : left
        return Promise.resolve({ instruments, complete: false, problems: [] })
      }
    }),
    prepare: (instruments) =>
      new Promise((resolve, reject) => {
        const symbols = instruments.map(({ symbol }) => symbol)
        const fail = (): void => reject(new Error('disk full'))
        preparations.push({ symbols, succeed: () => resolve(), fail })
      })
  })
  rig.collector.start()
  await until(() => preparations.length === 1, 'the first preparation')
  const findMore = async (): Promise<void> => {
    const before = asked
    rig.clock.advance(60_000)
    await until(() => asked > before && rig.clock.pending > 1, 'another list is found')
  }
  return { ...rig, preparations, findMore }
}

/** Symbols subscribed on each socket so far, oldest socket first. */
function subscribed({ sockets }: CollectorRig): readonly (readonly string[])[] {
  return sockets.all.map(({ sent }) => sent.flatMap((text) => readToyRequest(text).symbols))
}

describe('createCollector with instruments to prepare', () => {
  test('a list found meanwhile waits its turn and opens no connection twice', async () => {
    const rig = await aPreparingRig([someToys(3), someToys(5)], 3)
    const { preparations, sockets, collector, lists } = rig
    await rig.findMore()
    expect(preparations).toHaveLength(1)
    expect(sockets.all).toHaveLength(0)
    preparations[0]?.succeed()
    await until(() => preparations.length === 2, 'the second preparation')
    expect(sockets.all).toHaveLength(1)
    expect(collector.instruments()).toHaveLength(3)
    expect(preparations[1]?.symbols).toEqual(['T004-USD', 'T005-USD'])
    preparations[1]?.succeed()
    await until(() => sockets.all.length === 2, 'the second connection')
    expect(lists.map((list) => list.length)).toEqual([3, 5])
    for (const socket of sockets.all) socket.accept()
    expect(subscribed(rig)).toEqual([
      ['T001-USD', 'T002-USD', 'T003-USD'],
      ['T004-USD', 'T005-USD']
    ])
    await collector.stop()
    expect(sockets.unended).toHaveLength(0)
  })

  test('a connection is opened with what is prepared; the rest joins it', async () => {
    const rig = await aPreparingRig([someToys(2), someToys(3)], 10)
    const { preparations, sockets, collector } = rig
    await rig.findMore()
    preparations[0]?.succeed()
    await until(() => preparations.length === 2, 'the second preparation')
    sockets.last.accept()
    expect(subscribed(rig)).toEqual([['T001-USD', 'T002-USD']])
    answer(sockets.last)
    preparations[1]?.succeed()
    await until(() => sockets.last.sent.length > 0, 'the newcomer is asked for')
    expect(subscribed(rig)).toEqual([['T003-USD']])
    expect(sockets.all).toHaveLength(1)
    await collector.stop()
  })

  test('what is removed while it is prepared is not collected, and comes once when added again', async () => {
    const { preparations, sockets, collector, lists } = await aPreparingRig([someToys(3)], 10)
    collector.removeInstrument('toy:T001-USD')
    collector.removeInstrument('toy:T002-USD')
    expect(collector.addInstrument('toy:T002-USD')).toBe(true)
    const told = lists.length
    preparations[0]?.succeed()
    await until(() => preparations.length === 2, 'the second preparation')
    preparations[1]?.succeed()
    await until(() => lists.length === told + 2, 'all is prepared')
    letIn(sockets.last)
    const { instruments } = collector.rows()[0] ?? { instruments: [] }
    expect([...instruments].sort()).toEqual(['toy:T002-USD', 'toy:T003-USD'])
    expect(sockets.last.sent).toEqual([])
    await collector.stop()
  })

  test('what cannot be prepared is tried again with the next list; the rest is collected', async () => {
    const rig = await aPreparingRig([someToys(2), someToys(3)], 10)
    const { preparations, sockets, collector, log } = rig
    await rig.findMore()
    preparations[0]?.fail()
    await until(() => preparations.length === 2, 'the second preparation')
    preparations[1]?.succeed()
    await until(() => sockets.all.length === 1, 'a connection')
    expect(collector.instruments().map(({ symbol }) => symbol)).toEqual(['T003-USD'])
    expect(log.lines.find(({ event }) => event === 'prepare-failed')?.level).toBe('error')
    await rig.findMore()
    await until(() => preparations.length === 3, 'the third preparation')
    expect(preparations[2]?.symbols).toEqual(['T001-USD', 'T002-USD'])
    await collector.stop()
  })
})
