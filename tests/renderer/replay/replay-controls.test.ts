import { describe, expect, test } from 'vitest'
import type { DeckRow } from '../../../src/contracts/deck.ts'
import { defaultChoices } from '../../../src/renderer/desk/desk-choices.ts'
import { createDeskStore } from '../../../src/renderer/desk/desk-store.ts'
import { ZonedTime } from '../../../src/renderer/format/zoned-time.ts'
import { ReplayControls } from '../../../src/renderer/replay/replay-controls.ts'
import { ReplayDeck } from '../../../src/renderer/replay/replay-deck.ts'
import { aDeckRow } from '../../support/rows.ts'
import { LossyDesk } from '../support/lossy-link.ts'

const fromMs = Date.parse('2026-10-14T10:00:00Z')
const toMs = fromMs + 3_600_000
const zone = new ZonedTime('UTC')

async function someControls(fields: Partial<DeckRow> = {}) {
  const far = new LossyDesk()
  const choices = createDeskStore(null, defaultChoices(1_280))
  const deck = new ReplayDeck(
    far.openLink,
    () => far.nowMs,
    () => Promise.resolve(null)
  )
  const controls = new ReplayControls(deck, choices)
  const show = async (row: Partial<DeckRow>) => {
    far.publisher.put('deck', aDeckRow({ range: { fromMs, toMs }, atMs: fromMs, ...row }))
    await far.pass(33)
  }
  deck.load({ instruments: ['coinbase:BTC-USD'], fromMs, toMs, atMs: null, view: 'then' })
  deck.show()
  await far.pass(0)
  await show(fields)
  far.commands.length = 0
  return { far, choices, deck, controls, show }
}

describe('ReplayControls', () => {
  test.each([
    ['paused', [{ name: 'play' }]],
    ['playing', [{ name: 'pause' }]],
    ['ended', [{ name: 'seek', atMs: fromMs }, { name: 'play' }]]
  ] as const)('toggles a tape that is %s', async (state, commands) => {
    const { far, controls } = await someControls({ state })
    controls.toggle()
    expect(far.commands).toEqual(commands)
  })

  test('steps by candles of the chart in focus, or by trades', async () => {
    const { far, controls, choices } = await someControls()
    const { setReplay, focusReplayChart } = choices.getState()
    setReplay({
      charts: [
        { instrument: null, interval: '1m' },
        { instrument: null, interval: '15m' }
      ]
    })
    focusReplayChart(1)
    controls.step(-10)
    setReplay({ stepBy: 'trade' })
    controls.step(1)
    expect(far.commands).toEqual([
      { name: 'step', by: '15m', count: -10 },
      { name: 'step', by: 'trade', count: 1 }
    ])
  })

  test('keeps a seek within the range', async () => {
    const { far, controls } = await someControls()
    controls.seek(fromMs - 5)
    controls.seek(toMs + 5)
    expect(far.commands).toEqual([
      { name: 'seek', atMs: fromMs },
      { name: 'seek', atMs: toMs }
    ])
  })

  test('goes through the offered speeds and stops at their ends', async () => {
    const { far, controls, show } = await someControls({ speed: 300 })
    controls.changeSpeed(1)
    await show({ speed: 'max' })
    controls.changeSpeed(1)
    await show({ speed: 0.5 })
    controls.changeSpeed(-1)
    controls.changeSpeed(1)
    expect(far.commands).toEqual([
      { name: 'speed', speed: 'max' },
      { name: 'speed', speed: 1 }
    ])
  })

  test('sets a loop by its begin and its end', async () => {
    const { far, controls, show } = await someControls({ atMs: fromMs + 1_000 })
    controls.loopIn()
    expect(controls.waitingInMs).toBe(fromMs + 1_000)
    expect(far.commands).toEqual([])
    await show({ atMs: fromMs + 9_000 })
    controls.loopOut()
    expect(controls.waitingInMs).toBeNull()
    expect(far.commands).toEqual([
      { name: 'loop', span: { fromMs: fromMs + 1_000, toMs: fromMs + 9_000 } }
    ])
  })

  test('moves the ends of a loop that is there', async () => {
    const loop = { fromMs: fromMs + 1_000, toMs: fromMs + 9_000 }
    const { far, controls, show } = await someControls({ loop, atMs: fromMs + 5_000 })
    controls.loopIn()
    await show({ loop, atMs: fromMs + 20_000 })
    controls.loopOut()
    expect(far.commands).toEqual([
      { name: 'loop', span: { fromMs: fromMs + 5_000, toMs: fromMs + 9_000 } },
      { name: 'loop', span: { fromMs: fromMs + 1_000, toMs: fromMs + 20_000 } }
    ])
  })

  test('begins a new loop behind the one that is there', async () => {
    const loop = { fromMs: fromMs + 1_000, toMs: fromMs + 9_000 }
    const { far, controls } = await someControls({ loop, atMs: fromMs + 20_000 })
    controls.loopIn()
    expect(far.commands).toEqual([{ name: 'loop', span: null }])
    expect(controls.waitingInMs).toBe(fromMs + 20_000)
  })

  test('says why a loop cannot end before it begins', async () => {
    const { far, controls } = await someControls({ atMs: fromMs })
    controls.loopOut()
    expect(far.commands).toEqual([])
    expect(controls.note).toBe('A loop ends after it begins: go on, then set its end.')
  })

  test('goes to a moment of the range', async () => {
    const { far, controls } = await someControls()
    expect(controls.goTo('10:42:17', zone, 0)).toBeNull()
    expect(far.commands).toEqual([{ name: 'seek', atMs: Date.parse('2026-10-14T10:42:17Z') }])
  })

  test('takes the day of a moment that the range does not hold', async () => {
    const { far, controls } = await someControls()
    expect(controls.goTo('2026-10-12 08:00', zone, 0)).toBeNull()
    await far.pass(0)
    expect(far.commands.at(-1)).toEqual({
      name: 'load',
      instruments: ['coinbase:BTC-USD'],
      view: 'then',
      fromMs: Date.parse('2026-10-12T00:00:00Z'),
      toMs: Date.parse('2026-10-13T00:00:00Z'),
      atMs: Date.parse('2026-10-12T08:00:00Z')
    })
  })

  test('goes nowhere for a text that names no moment', async () => {
    const { far, controls } = await someControls()
    expect(controls.goTo('noon', zone, 0)).toBe('noon: write 2026-10-14 10:42:17 or 10:42')
    expect(far.commands).toEqual([])
  })

  test('bookmarks the cursor under the name of an instrument, once', async () => {
    const { controls, choices } = await someControls({ atMs: fromMs + 7 })
    controls.bookmark('coinbase:BTC-USD')
    controls.bookmark('coinbase:BTC-USD')
    controls.bookmark(null)
    expect(choices.getState().replay.bookmarks).toEqual([
      { instrument: 'coinbase:BTC-USD', atMs: fromMs + 7 }
    ])
  })

  test('does nothing while no tape is in', async () => {
    const { far, controls } = await someControls({ state: 'empty', atMs: null, range: null })
    controls.toggle()
    controls.seek(fromMs)
    controls.jump('end')
    controls.loopIn()
    controls.loopOut()
    expect(far.commands).toEqual([])
  })
})
