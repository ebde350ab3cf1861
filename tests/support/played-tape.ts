import { ReplayLines } from '../../src/engine/replay/replay-lines.ts'
import { TapeReplay, type TapeView } from '../../src/engine/replay/tape-replay.ts'
import type { TapeRange } from '../../src/engine/replay/tape-source.ts'
import { StoredTape } from '../../src/engine/stored-tape.ts'
import { findPlayed, openSnapshot } from '../../src/engine/tape-replay-plan.ts'
import { onTestFinished } from 'vitest'
import { recordedIntervals } from './tape-recorder.ts'

const everything = { fromMs: -Infinity, toMs: Infinity }

/** A stored stretch in a replay that the test plays. */
export class PlayedTape {
  readonly replay: TapeReplay
  readonly lines: string[] = []
  readonly #listener = new ReplayLines(true)
  readonly source: StoredTape

  constructor(
    dataDir: string,
    options: {
      readonly view?: TapeView
      readonly range?: Partial<TapeRange>
      readonly instruments?: readonly string[]
    } = {}
  ) {
    const snapshot = openSnapshot(dataDir)
    const played = findPlayed(snapshot, options.instruments ?? null)
    this.source = new StoredTape(snapshot, played, recordedIntervals)
    onTestFinished(() => {
      this.source.close()
      snapshot.close()
    })
    this.replay = new TapeReplay({
      source: this.source,
      intervals: recordedIntervals,
      range: { ...everything, ...options.range },
      view: options.view ?? 'then',
      listener: this.#listener
    })
  }

  /** Plays up to a moment, so many trades at once. */
  playTo(atMs: number, atOnce = Infinity): this {
    while (this.replay.playTo(atMs, atOnce));
    this.lines.push(...this.#listener.take())
    return this
  }

  /** Plays trade by trade to the last one. @returns Lines up to it; what the end tells is left out. */
  stepThrough(): readonly string[] {
    while (this.replay.step()) this.lines.push(...this.#listener.take())
    return this.lines
  }

  /** Lines of a kind, parsed; the last of each candle. */
  candles(
    interval: string
  ): readonly { readonly openMs: number; readonly [key: string]: unknown }[] {
    const last = new Map<string, { openMs: number }>()
    for (const line of this.lines) {
      if (!line.startsWith('{"type":"candle"') || !line.includes(`"interval":"${interval}"`))
        continue
      const candle = JSON.parse(line) as { openMs: number; instrument: string; index?: number }
      last.set(`${candle.instrument} ${candle.index ?? candle.openMs}`, candle)
    }
    return [...last.values()]
  }
}
