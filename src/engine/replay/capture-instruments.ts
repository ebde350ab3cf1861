import {
  splitInstrumentId,
  type Instrument,
  type InstrumentId,
  type VenueId
} from '../../core/market/instrument.ts'
import { selectInstruments } from '../../core/market/instrument-selection.ts'
import { parseInstruments } from '../../core/market/instrument-list.ts'
import { VenueError } from '../../core/venue-error.ts'
import type { Venue } from '../../venues/venue.ts'
import type { Opening } from './opening.ts'
import { recordedAnswers } from './recorded-answers.ts'
import { ReplayError } from './replay-error.ts'

/** What is known of the instruments in a capture. */
export type CaptureInstruments = {
  /** Those whose frames can be read; at least one. */
  readonly known: readonly Instrument[]
  /** Those whose events are taken; null: all of them. */
  readonly chosen: ReadonlySet<InstrumentId> | null
}

/** Lists the venues that ids among the asked symbols name, without repeats; may be empty. */
export function venuesNamed(asked: readonly string[]): readonly VenueId[] {
  return [...new Set(asked.flatMap((text) => (isId(text) ? [splitInstrumentId(text).venue] : [])))]
}

/**
 * Finds out what a capture's frames are about: from the list of our recorder or the venue's own where the
 * capture holds one, else from the symbols asked for.
 *
 * @param asked Symbols or ids in our spelling; null: all.
 * @throws ReplayError naming `--instruments`.
 */
export async function findInstruments(
  venue: Venue,
  opening: Pick<Opening, 'answers' | 'instruments'>,
  asked: readonly string[] | null
): Promise<CaptureInstruments> {
  if (asked?.length === 0)
    throw new ReplayError('replay-unknown-instrument', '--instruments: no symbol in it')
  const listed =
    readInstruments(opening.instruments, venue) ?? (await listedInstruments(venue, opening))
  const symbols = asked?.map((text) => (isId(text) ? splitInstrumentId(text).symbol : text)) ?? []
  if (listed.length === 0) return { known: assumed(venue, symbols), chosen: null }
  if (asked === null) return { known: listed, chosen: null }
  const { instruments, problems } = selectInstruments(listed, symbols)
  const [problem] = problems
  if (problem !== undefined)
    throw new ReplayError('replay-unknown-instrument', `--instruments: ${problem}`)
  return { known: listed, chosen: new Set(instruments.map(({ id }) => id)) }
}

/** Reads what our recorder told of a venue's instruments; null where it told nothing of use. */
export function readInstruments(text: string | null, venue: Venue): readonly Instrument[] | null {
  return text === null ? null : parseInstruments(JSON.parse(text), venue.id)
}

async function listedInstruments(
  venue: Venue,
  { answers }: Pick<Opening, 'answers'>
): Promise<readonly Instrument[]> {
  try {
    const { instruments } = await venue.discover({
      rest: recordedAnswers(answers),
      restUrl: venue.endpoints.restUrl,
      apiKey: null,
      signal: new AbortController().signal
    })
    return instruments
  } catch (error) {
    if (error instanceof VenueError) return []
    throw error
  }
}

function assumed(venue: Venue, symbols: readonly string[]): readonly Instrument[] {
  if (symbols.length === 0)
    throw new ReplayError(
      'replay-instruments-not-told',
      `--instruments is needed: the capture holds no list of ${venue.name}'s instruments`
    )
  return symbols.map((symbol) => {
    const instrument = venue.assumeInstrument?.(symbol.toUpperCase()) ?? null
    if (instrument !== null) return instrument
    throw new ReplayError(
      'replay-unknown-instrument',
      `--instruments: how ${venue.name} spells ${JSON.stringify(symbol)} is not known, and the capture holds no list`
    )
  })
}

function isId(text: string): text is InstrumentId {
  return text.includes(':')
}
