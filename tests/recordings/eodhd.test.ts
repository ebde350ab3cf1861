import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { createParser } from '../../src/venues/eodhd/parse.ts'
import { anInstrument } from '../support/an-instrument.ts'
import { capture, describeCaptures } from '../support/captures.ts'

describeCaptures('single frames of EODHD', () => {
  test('are read as the sheet says', async () => {
    const apple = anInstrument({ venue: 'eodhd', symbol: 'AAPL', venueSymbol: 'AAPL' })
    const parser = createParser([apple], 'c1')
    const text = await readFile(capture('misc-single-frames/D/frames.jsonl'), 'utf8')
    const parsed = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly venue: string; readonly frame: string })
      .filter(({ venue }) => venue === 'eodhd')
      .map(({ frame }) => parser.parse(Buffer.from(frame), 1787671314000))
    expect(parsed).toEqual([
      { kind: 'authorized' },
      {
        kind: 'refused',
        requestId: null,
        scope: 'connection',
        code: 'other',
        instruments: [],
        reason: '500 Server error'
      },
      {
        kind: 'events',
        events: [
          {
            kind: 'trade',
            instrument: 'eodhd:AAPL',
            id: 'c1-1',
            eventMs: 1787671313868,
            receivedMs: 1787671314000,
            price: 309.19,
            size: 2,
            side: null
          }
        ]
      }
    ])
  })
})
