import { describe, expect, test } from 'vitest'
import {
  keptMs,
  ReplayDeck,
  type FindStored,
  type Tape
} from '../../../src/renderer/replay/replay-deck.ts'
import { aDeckRow, anInstrumentRow, aRunRow } from '../../support/rows.ts'
import { LossyDesk } from '../support/lossy-link.ts'

const tape: Tape = {
  instruments: ['coinbase:BTC-USD'],
  fromMs: 1_790_000_000_000,
  toMs: null,
  atMs: null,
  view: 'then'
}
const atMs = 1_790_000_600_000

function aDeck(findStored: FindStored = () => Promise.resolve(null)) {
  const far = new LossyDesk()
  far.publisher.put('run', aRunRow({ mode: 'replay' }))
  far.publisher.put('deck', aDeckRow({ state: 'empty', atMs: null, range: null, instruments: [] }))
  const deck = new ReplayDeck(far.openLink, () => far.nowMs, findStored)
  const pass = async (ms: number) => {
    deck.beat()
    await far.pass(ms)
    deck.beat()
    await far.pass(0)
  }
  return { far, deck, pass, names: () => far.commands.map(({ name }) => name) }
}

async function aLoadedDeck() {
  const rig = aDeck()
  rig.deck.show()
  await rig.pass(33)
  rig.deck.load(tape)
  await rig.pass(0)
  rig.far.publisher.put('deck', aDeckRow({ atMs }))
  await rig.pass(33)
  rig.far.commands.length = 0
  return rig
}

describe('ReplayDeck', () => {
  test('has no stream until it is shown', async () => {
    const { deck, pass } = aDeck()
    expect(deck.stream).toBeNull()
    deck.show()
    await pass(33)
    expect(deck.stream?.status.kind).toBe('live')
  })

  test('puts in what was asked for before there was a link', async () => {
    const { far, deck, pass } = aDeck()
    deck.load({ ...tape, atMs })
    deck.show()
    await pass(33)
    expect(far.commands.at(-1)).toEqual({ name: 'load', ...tape, atMs })
  })

  test.each([
    ['the whole store', { fromMs: null, toMs: null, atMs: null }, [100, 900]],
    ['more than is stored', { fromMs: 50, toMs: 2_000, atMs: null }, [100, 900]],
    ['less than is stored', { fromMs: 200, toMs: 300, atMs: null }, [200, 300]],
    ['a moment before all that is stored', { fromMs: 0, toMs: null, atMs: 80 }, [80, 900]],
    ['where nothing is stored', { fromMs: 0, toMs: 50, atMs: null }, [0, 50]]
  ])('cuts %s to what holds trades', async (what, span, [fromMs, toMs]) => {
    expect(what).not.toBe('')
    const { far, deck, pass } = aDeck(() => Promise.resolve({ fromMs: 100, toMs: 900 }))
    deck.show()
    await pass(33)
    deck.load({ ...tape, ...span })
    await pass(0)
    expect(far.commands.at(-1)).toEqual({ name: 'load', ...tape, ...span, fromMs, toMs })
  })

  test('reaches as far as any of its instruments, and plays all where nobody says', async () => {
    const stored: Record<string, Promise<{ fromMs: number; toMs: number } | null>> = {
      a: Promise.resolve({ fromMs: 300, toMs: 400 }),
      b: Promise.resolve({ fromMs: 100, toMs: 350 }),
      c: Promise.resolve(null)
    }
    const { far, deck, pass } = aDeck((id) => stored[id] ?? Promise.reject(new Error('busy')))
    deck.show()
    await pass(33)
    deck.load({ ...tape, instruments: ['a', 'b', 'c', 'd'], fromMs: null })
    await pass(0)
    expect(far.commands.at(-1)).toMatchObject({ fromMs: 100, toMs: 400 })
    deck.load({ ...tape, instruments: ['d'], fromMs: null })
    await pass(0)
    expect(far.commands.at(-1)).toMatchObject({ fromMs: null, toMs: null })
  })

  test('puts the tape in again where it stood, when a link was lost', async () => {
    const { far, deck, pass } = await aLoadedDeck()
    deck.send({ name: 'speed', speed: 60 })
    deck.send({ name: 'loop', span: { fromMs: atMs, toMs: atMs + 1_000 } })
    far.commands.length = 0
    far.cut()
    far.publisher.put('deck', aDeckRow({ state: 'empty', atMs: null }))
    await pass(300)
    expect(far.commands).toEqual([
      { name: 'speed', speed: 60 },
      { name: 'load', ...tape, atMs },
      { name: 'loop', span: { fromMs: atMs, toMs: atMs + 1_000 } }
    ])
  })

  test('puts nothing in again because of a mere snapshot', async () => {
    const { far, deck, pass } = await aLoadedDeck()
    far.publisher.shed()
    await pass(33)
    expect(deck.row?.atMs).toBe(atMs)
    expect(far.commands).toEqual([])
  })

  test('leaves out what nothing is stored of, as long as something is left', async () => {
    const { far, deck, pass } = await aLoadedDeck()
    far.publisher.put('instruments', anInstrumentRow())
    await pass(33)
    deck.reload({ instruments: ['coinbase:BTC-USD', 'coinbase:NO-USD'] })
    expect(far.commands.at(-1)).toMatchObject({ name: 'load', instruments: ['coinbase:BTC-USD'] })
  })

  test('stays with the tape that it holds when another is refused', async () => {
    const { far, deck, pass } = await aLoadedDeck()
    far.publisher.put('deck', aDeckRow({ atMs, trades: 1 }))
    await pass(33)
    deck.load({ ...tape, fromMs: 0, toMs: 1 })
    await pass(0)
    far.publisher.put('deck', aDeckRow({ atMs, problem: 'Nothing is stored there.' }))
    await pass(33)
    expect(deck.tape).toEqual(tape)
    expect(deck.refused).toEqual({ ...tape, fromMs: 0, toMs: 1 })
  })

  test('changes the view at the same moment and plays on', async () => {
    const { far, deck, pass } = await aLoadedDeck()
    far.publisher.put('deck', aDeckRow({ state: 'playing', atMs: atMs + 5_000 }))
    await pass(33)
    deck.reload({ view: 'final' })
    expect(far.commands.slice(-2)).toEqual([
      { name: 'load', ...tape, view: 'final', atMs: atMs + 5_000 },
      { name: 'play' }
    ])
  })

  test('goes to where a seek was sent, not to where the tape was, when it is changed next', async () => {
    const { far, deck } = await aLoadedDeck()
    deck.send({ name: 'seek', atMs: atMs + 9_000 })
    deck.reload({ instruments: ['coinbase:ETH-USD'] })
    expect(far.commands.at(-1)).toMatchObject({ name: 'load', atMs: atMs + 9_000 })
  })

  test('pauses when it is left, and is put away after a while', async () => {
    const { far, deck, pass, names } = await aLoadedDeck()
    far.publisher.put('deck', aDeckRow({ state: 'playing', atMs }))
    await pass(33)
    deck.leave()
    expect(names()).toEqual(['pause'])
    far.nowMs += keptMs
    deck.beat()
    expect(deck.stream).toBeNull()
    expect(far.publisher.clientCount).toBe(0)
  })

  test('stays while it is looked at again in time', async () => {
    const { far, deck } = await aLoadedDeck()
    deck.leave()
    deck.show()
    const { stream } = deck
    far.nowMs += 1_000
    deck.beat()
    expect(deck.stream).toBe(stream)
  })

  test('comes back where it was left', async () => {
    const { far, deck, pass } = await aLoadedDeck()
    deck.leave()
    far.nowMs += keptMs
    deck.beat()
    far.publisher.put('deck', aDeckRow({ state: 'empty', atMs: null }))
    deck.show()
    await pass(33)
    expect(far.commands.at(-1)).toEqual({ name: 'load', ...tape, atMs })
  })
})
