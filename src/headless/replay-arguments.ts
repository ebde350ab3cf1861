import { tapeViews } from '../contracts/tape-replay-request.ts'
import { readMoment } from './moment.ts'
import type { OptionValues } from './option-values.ts'
import { ArgumentError, choiceOf, listOf, readOptions } from './option-values.ts'

/** What `replay` was asked to play. */
export type ReplayArguments =
  | {
      readonly command: 'replay'
      readonly what: 'frames'
      readonly frames: string
      readonly venue: string | null
      readonly dataDir: string | null
      readonly instruments: readonly string[] | null
      readonly intervals: readonly string[] | null
      readonly print: 'ndjson' | null
    }
  | {
      readonly command: 'replay'
      readonly what: 'stored'
      readonly dataDir: string | null
      /** Epoch ms; null: as far as the store reaches. */
      readonly fromMs: number | null
      readonly toMs: number | null
      readonly instruments: readonly string[] | null
      readonly intervals: readonly string[] | null
      readonly speed: number | 'max'
      readonly view: (typeof tapeViews)[number]
      readonly print: 'ndjson' | null
    }

const slowest = 0.5
const fastest = 300

/** Options that mean nothing where captured frames are played, and the other way round. */
const ofStored = ['from', 'to', 'speed', 'view'] as const
const ofFrames = ['venue'] as const

/** Reads what follows `replay`. @throws ArgumentError */
export function replayArguments(args: readonly string[]): ReplayArguments {
  const values = readOptions(withPrintFormat(args), {
    texts: ['frames', ...ofFrames, ...ofStored, 'data-dir', 'instruments', 'intervals', 'print']
  })
  const frames = values.text('frames')
  const print = values.text('print')
  const common = {
    command: 'replay',
    dataDir: values.text('data-dir'),
    instruments: listOf(values.text('instruments')),
    intervals: listOf(values.text('intervals')),
    print: print === null ? null : choiceOf('print', print, ['ndjson'] as const)
  } as const
  if (frames !== null) {
    refuse(values, ofStored, 'with --frames')
    return { ...common, what: 'frames', frames, venue: values.text('venue') }
  }
  refuse(values, ofFrames, 'without --frames')
  return {
    ...common,
    what: 'stored',
    fromMs: readMoment('from', values.text('from')),
    toMs: readMoment('to', values.text('to')),
    speed: speedOf(values.text('speed') ?? '1'),
    view: choiceOf('view', values.text('view') ?? 'then', tapeViews)
  }
}

/** `--print` may stand alone: there is one format. */
function withPrintFormat(args: readonly string[]): readonly string[] {
  return args.flatMap((arg, at) => {
    const next = args[at + 1]
    return arg === '--print' && (next === undefined || next.startsWith('-'))
      ? [arg, 'ndjson']
      : [arg]
  })
}

function refuse(values: OptionValues, names: readonly string[], when: string): void {
  const name = names.find((each) => values.text(each) !== null)
  if (name !== undefined) throw new ArgumentError(`--${name} has no use ${when}`)
}

function speedOf(text: string): number | 'max' {
  if (text === 'max') return text
  const speed = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN
  if (speed >= slowest && speed <= fastest) return speed
  throw new ArgumentError(
    `--speed must be max or a number from ${slowest} to ${fastest}, not ${JSON.stringify(text)}`
  )
}
